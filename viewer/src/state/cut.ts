// What a section leaves of the scene, as half-spaces.
//
// In: the section tool, which is fetched when it is wanted. Out: a signal. Everything is cut alike:
// surveys, models, spaces.
import { signal } from '@preact/signals-core';

/** What stays: points with `normal · p + constant ≥ 0`; `normal` has length 1. */
export interface HalfSpace {
  readonly normal: readonly [number, number, number];
  readonly constant: number;
}

/** Half-spaces that all must keep a point; none where nothing is cut. */
export const kept = signal<readonly HalfSpace[]>([]);
