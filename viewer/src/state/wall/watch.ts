// When a wall that nobody looks after helps itself: when to reload, to doubt the line, to try again. Pure but for
// one timer.
//
// In: what was seen when. Out: decisions. Called by wall/keeper and wall/Video.

/** Without a drawn frame for this long the page begins anew. */
export const FROZEN_MS = 60_000;

export interface Seen {
  /** Drawings so far. */
  readonly frames: number;
  readonly lost: boolean;
  readonly hidden: boolean;
}

/** Says when no frame was drawn for too long. A screen that sleeps draws none, and that is no fault. */
export class FrameWatch {
  #frames = -1;
  #since_ms = 0;

  frozen({ frames, lost, hidden }: Seen, now_ms: number): boolean {
    if (hidden || (frames !== this.#frames && !lost) || this.#since_ms === 0) {
      this.#frames = frames;
      this.#since_ms = now_ms;
    }
    return now_ms - this.#since_ms >= FROZEN_MS;
  }
}

/** Names of built files that a page loads: they change whenever the viewer does. */
export const assetsOf = (html: string): string => [...new Set([...html.matchAll(/assets\/[\w.-]+/g)].map(([name]) => name))].sort().join(' ');

/** Whether another viewer is served than the one that runs. A page that names nothing proves nothing. */
export const isOther = (running: string, served: string): boolean => running !== '' && served !== '' && running !== served;

/**
 * The origin of a stream of this wall that the page's policy refused, if it was not begun anew for it before: the policy
 * names the hosts of streams as they were when the page was loaded.
 */
export function newlyRefused(blocked: string, urls: readonly string[], begunFor: readonly string[]): string | null {
  const origin = originOf(blocked);
  return origin !== null && urls.some((url) => originOf(url) === origin) && !begunFor.includes(origin) ? origin : null;
}

const originOf = (url: string): string | null => {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
};

/** How long to wait before attempt `n` (0 is the first repetition), up to a minute. */
export const patience_ms = (n: number): number => Math.min(1000 * 2 ** Math.min(n, 10), 60_000);

/** Tries something again after it failed, later each time. However often it is said to have failed meanwhile, the attempt comes. */
export class Retry {
  readonly #again: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #failures = 0;

  constructor(again: () => void) {
    this.#again = again;
  }

  failed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#again();
    }, patience_ms(this.#failures++));
  }

  succeeded(): void {
    this.stop();
    this.#failures = 0;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
