// How fine the scene is drawn: chosen, or following the time that frames take.
//
// In: the setting; times of frames while the camera moves. Out: a level for the layer that applies it.
// It goes down soon and comes up late, and a level that was too much is left alone longer each time:
// so it never swings.
import { computed, effect, signal } from '@preact/signals-core';

export type Quality = 'auto' | 'high' | 'saving';
export type Memory = 'auto' | 128 | 256 | 512 | 1024;

export interface Level {
  /** Most pixels of the picture to one of the page. */
  readonly pixelRatio: number;
  /** Times as many pixels of error as the layers ask for. */
  readonly errorScale: number;
  readonly anisotropy: number;
  /** Whether the sun casts any. Who opens its tool wants them: only who chose to save goes without. */
  readonly shadows: boolean;
}

/** The least first. Only the least has coarser tiles: what can be picked should seldom depend on speed. */
const STEPS: readonly Level[] = [
  { pixelRatio: 1, errorScale: 1.5, anisotropy: 1, shadows: true },
  { pixelRatio: 1, errorScale: 1, anisotropy: 2, shadows: true },
  { pixelRatio: 1.5, errorScale: 1, anisotropy: 4, shadows: true },
  { pixelRatio: 2, errorScale: 1, anisotropy: 4, shadows: true },
];
const HIGH: Level = { pixelRatio: 2, errorScale: 0.75, anisotropy: 8, shadows: true };
const SAVING: Level = { pixelRatio: 1, errorScale: 2, anisotropy: 1, shadows: false };

/** Frames that are judged together; their median counts, so that a single hitch does not. */
const WINDOW = 24;
const SLOW_MS = 45;
const QUICK_MS = 22;
/** Windows in a row that must agree. */
const SLOW_WINDOWS = 2;
const QUICK_WINDOWS = 8;

/** Follows frame times up and down the steps. */
export class Governor {
  #step = STEPS.length - 1;
  #times: number[] = [];
  #slow = 0;
  #quick = 0;
  /** Windows that must pass before each step may be tried again. */
  readonly #barred = STEPS.map(() => 0);
  readonly #falls = STEPS.map(() => 0);

  get step(): number {
    return this.#step;
  }

  /** Takes the time of one frame of a movement; says whether the step has changed. */
  note(frame_ms: number): boolean {
    this.#times.push(frame_ms);
    if (this.#times.length < WINDOW) return false;
    const median = this.#times.sort((a, b) => a - b)[WINDOW / 2] ?? 0;
    this.#times = [];
    this.#slow = median > SLOW_MS ? this.#slow + 1 : 0;
    this.#quick = median < QUICK_MS ? this.#quick + 1 : 0;
    this.#barred.forEach((left, step) => (this.#barred[step] = Math.max(0, left - 1)));
    const above = this.#step + 1;
    if (this.#slow >= SLOW_WINDOWS && this.#step > 0) {
      const falls = (this.#falls[this.#step] = (this.#falls[this.#step] ?? 0) + 1);
      this.#barred[this.#step] = 20 * 2 ** falls;
      return this.#go(this.#step - 1);
    }
    if (this.#quick >= QUICK_WINDOWS && above < STEPS.length && this.#barred[above] === 0) return this.#go(above);
    return false;
  }

  #go(step: number): true {
    this.#step = step;
    this.#slow = this.#quick = 0;
    return true;
  }
}

const KEY = 'twin.quality';

function load(): { quality: Quality; memory: Memory } {
  try {
    const { quality, memory } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { quality?: unknown; memory?: unknown };
    return {
      quality: quality === 'high' || quality === 'saving' ? quality : 'auto',
      memory: typeof memory === 'number' && memory >= 1 && memory <= 4096 ? (memory as Memory) : 'auto',
    };
  } catch {
    return { quality: 'auto', memory: 'auto' };
  }
}

const saved = load();
export const quality = signal<Quality>(saved.quality);
/** Mebibytes that tiles may take. */
export const memory = signal<Memory>(saved.memory);
export const MEMORIES: readonly Memory[] = ['auto', 128, 256, 512, 1024];

const step = signal(STEPS.length - 1);
const governor = new Governor();

/** A frame of a movement took this long. */
export function noteFrame(frame_ms: number): void {
  if (quality.peek() === 'auto' && governor.note(frame_ms)) step.value = governor.step;
}

export const level = computed<Level>(() => {
  if (quality.value === 'high') return HIGH;
  return quality.value === 'saving' ? SAVING : (STEPS[step.value] ?? SAVING);
});

/** Whether what is drawn is less than the screen could show. */
export const reduced = computed(() => quality.value === 'auto' && step.value < STEPS.length - 1);

/** Keeps the choice; runs for the life of the page. */
export function startQuality(): void {
  effect(() => {
    const text = JSON.stringify({ quality: quality.value, memory: memory.value });
    try {
      localStorage.setItem(KEY, text);
    } catch {
      // Denied storage: nothing is remembered, nothing breaks.
    }
  });
}
