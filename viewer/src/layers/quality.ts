// Applies the level of quality to the canvas and the tiles, and times the frames of movements.
//
// In: level and memory of state/quality; drawings. Out: pixel ratio, errors, anisotropy and cache of
// tiles; times for state/quality. What casts shadows reads the level itself.
import { effect } from '@preact/signals-core';
import type { Part, Viewport } from '../scene/viewport';
import { onPhone } from '../state/actions';
import { level, memory, noteFrame, startQuality } from '../state/quality';
import type { Navigation } from './navigation';
import type { Tilesets } from './tilesets';

/** A longer pause is no frame: the page was hidden, or nothing was to be drawn. */
const LONGEST_MS = 1500;
/** Mebibytes of tiles unless the user says otherwise. */
const MEMORY = { desktop: 512, phone: 192 };

export class QualityLayer implements Part {
  readonly #navigation: Navigation;
  readonly #undo: (() => void)[] = [];
  #last_ms: number | null = null;

  constructor(viewport: Viewport, tilesets: Tilesets, navigation: Navigation) {
    this.#navigation = navigation;
    startQuality();
    this.#undo.push(
      viewport.add(this),
      effect(() => {
        viewport.pixelRatio = level.value.pixelRatio;
      }),
      effect(() => {
        const { errorScale, anisotropy } = level.value;
        const mebibytes = memory.value === 'auto' ? (onPhone() ? MEMORY.phone : MEMORY.desktop) : memory.value;
        tilesets.setQuality({ errorScale, anisotropy, cache_bytes: mebibytes * 2 ** 20 });
      }),
    );
  }

  beforeDraw(now_ms: number): boolean {
    const { moving } = this.#navigation;
    const frame_ms = this.#last_ms === null ? LONGEST_MS : now_ms - this.#last_ms;
    if (moving && frame_ms < LONGEST_MS) noteFrame(frame_ms);
    this.#last_ms = moving ? now_ms : null;
    return false;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}
