// Where a resident has tapped in the scene, and what stands there: a report can be made from it.
//
// In: taps. Out: a signal; the page of a new report takes it over. Called by the scene and the pages.
import { signal } from '@preact/signals-core';
import type { LocalPoint } from '../../api/types';

export interface Spot {
  readonly position: LocalPoint;
  /** The building or element that was met. */
  readonly object: string | null;
}

export const spot = signal<Spot | null>(null);

/** Takes the spot over: a report begins with it once. */
export function takeSpot(): Spot | null {
  const taken = spot.peek();
  spot.value = null;
  return taken;
}
