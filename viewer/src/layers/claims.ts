// Whose the pointer is: the picking's, unless a tool has taken it.
//
// In: gestures of the navigation. Out: calls to the last that took the pointer and has not let go.
import type { Mover } from '../scene/controls';

/** What listens to the pointer. A double tap goes there, unless it is listened to. */
export interface Pointing extends Pick<Mover, 'tap' | 'hover' | 'leave'> {
  readonly doubleTap?: Mover['doubleTap'] | undefined;
}

export class Claims implements Pointing {
  readonly #own: Pointing;
  readonly #claims: Pointing[] = [];

  constructor(own: Pointing) {
    this.#own = own;
  }

  /** Takes the pointer until the returned function is called. */
  take(pointing: Pointing): () => void {
    this.#now.leave();
    this.#claims.push(pointing);
    return () => {
      const at = this.#claims.indexOf(pointing);
      if (at < 0) return;
      pointing.leave();
      this.#claims.splice(at, 1);
    };
  }

  get #now(): Pointing {
    return this.#claims.at(-1) ?? this.#own;
  }

  tap = (x: number, y: number, touch: boolean): void => this.#now.tap(x, y, touch);
  hover = (x: number, y: number): void => this.#now.hover(x, y);
  leave = (): void => this.#now.leave();

  get doubleTap(): Mover['doubleTap'] | undefined {
    return this.#now.doubleTap;
  }
}
