// When a wall that nobody looks after helps itself: when to reload, when to doubt the line. Pure.
//
// In: what was seen when. Out: decisions. Called by wall/keeper.

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

/** How long to wait before attempt `n` (0 is the first repetition), up to a minute. */
export const patience_ms = (n: number): number => Math.min(1000 * 2 ** Math.min(n, 10), 60_000);
