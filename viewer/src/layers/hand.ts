// The pointer of a tool that takes points: it catches corners and edges, taps give points, a double
// tap ends.
//
// In: gestures of claims. Out: where it points, into a signal; calls to the tool. Used by measuring and
// drawing. The pointer is looked after once a drawing, however often it moves.
import type { Signal } from '@preact/signals-core';
import type { Vec } from '../scene/pose';
import type { Viewport } from '../scene/viewport';
import type { Claims } from './claims';
import type { Catch, Snap } from './snap';

export interface Taker {
  tap(at: Vec): void;
  end(): void;
}

/** A pointer that has rested this long is looked after with more care. */
const REST_MS = 90;

export class Hand {
  readonly #viewport: Viewport;
  readonly #snap: Snap;
  readonly #claims: Claims;
  readonly #pointed: Signal<Catch | null>;
  readonly #taker: Taker;
  #free: (() => void) | null = null;
  #over: { x: number; y: number } | null = null;
  #looked: unknown = null;
  #timer = 0;
  #alt = false;

  constructor(viewport: Viewport, snap: Snap, claims: Claims, pointed: Signal<Catch | null>, taker: Taker) {
    [this.#viewport, this.#snap, this.#claims, this.#pointed, this.#taker] = [viewport, snap, claims, pointed, taker];
  }

  /** Takes the pointer, or gives it back. */
  hold(yes: boolean): void {
    if (yes === (this.#free !== null)) return;
    if (yes) {
      this.#viewport.canvas.style.cursor = 'crosshair';
      const free = this.#claims.take({ tap: this.#tap, hover: this.#hover, leave: this.#leave, doubleTap: this.#doubleTap });
      addEventListener('keydown', this.#key);
      addEventListener('keyup', this.#key);
      this.#free = () => {
        free();
        removeEventListener('keydown', this.#key);
        removeEventListener('keyup', this.#key);
        this.#viewport.canvas.style.cursor = '';
      };
    } else {
      this.#free?.();
      this.#free = null;
      this.#leave();
    }
  }

  /** Looks where the pointer is, if it has moved. */
  beforeDraw(): void {
    if (!this.#over || this.#looked === this.#over) return;
    this.#looked = this.#over;
    const { x, y } = this.#over;
    this.#pointed.value = this.#snap.at(x, y, { free: this.#alt, wide: false });
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (this.#looked === this.#over && this.#over) this.#pointed.value = this.#snap.at(x, y, { free: this.#alt });
    }, REST_MS);
  }

  #tap = (x: number, y: number, touch: boolean): void => {
    const caught = this.#snap.at(x, y, { touch, free: this.#alt });
    if (caught) this.#taker.tap(caught.at);
  };

  /** Its first tap has given the last point. */
  #doubleTap = (): void => this.#taker.end();

  #hover = (x: number, y: number): void => {
    this.#over = { x, y };
    this.#viewport.invalidate();
  };

  #leave = (): void => {
    this.#over = null;
    clearTimeout(this.#timer);
    this.#pointed.value = null;
  };

  #key = (event: KeyboardEvent): void => {
    if (event.altKey === this.#alt) return;
    this.#alt = event.altKey;
    // Alone, this key would open the browser's menu.
    if (event.key === 'Alt') event.preventDefault();
    if (this.#over) this.#hover(this.#over.x, this.#over.y);
  };
}
