// Where alarms were in the last days, for the heat over the scene.
//
// In: the server's alarms, asked for while the heat is shown. Out: a signal.
import { effect, signal } from '@preact/signals-core';
import { getAlarmsSince } from '../../api/displays';
import type { Alarm } from '../../api/types';
import { heatShown } from './shown';

export const HEAT_DAYS = 7;
const REFRESH_MS = 5 * 60_000;

export interface Warmth {
  readonly places: readonly (readonly [number, number])[];
  /** All alarms of the time, also those that a page had no room for. */
  readonly total: number;
  readonly at: Date;
}

export const warmth = signal<Warmth | null>(null);

const placesOf = (alarms: readonly Alarm[]): Warmth['places'] => alarms.filter(({ state }) => state !== 'suppressed').map(({ position: { east_m, north_m } }) => [east_m, north_m] as const);

/** Keeps it up to date while it is shown, until the returned function is called. */
export const startWarmth = (): (() => void) =>
  effect(() => {
    if (!heatShown.value) return;
    const stop = new AbortController();
    const ask = (): void => {
      const from = new Date(Date.now() - HEAT_DAYS * 86_400_000);
      getAlarmsSince(from, stop.signal).then(
        ({ alarms, total }) => (warmth.value = { places: placesOf(alarms), total, at: new Date() }),
        () => undefined, // What was known stays, with its time.
      );
    };
    ask();
    const timer = setInterval(ask, REFRESH_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  });
