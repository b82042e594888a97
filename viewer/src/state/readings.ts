// The last readings of the selected device, stream by stream, for the small charts.
//
// In: the selection, the readings resource, live updates. Out: `series`.
import { computed, effect, signal } from '@preact/signals-core';
import { getReadings } from '../api/client';
import type { LatestReading } from '../api/types';
import { line } from './live';
import { selectedDevice } from './selection';
import { kinds } from './session';
import { SHOWN, withReading } from './spark';

/** Readings by stream, oldest first. */
export type Series = ReadonlyMap<string, readonly LatestReading[]>;

export const series = signal<Series>(new Map());

/** Loads the series of each newly selected device and keeps them growing. */
export function startReadings(): void {
  const selectedId = computed(() => selectedDevice.value?.id ?? null);
  const alive = computed(() => line.value.state === 'live');
  effect(() => {
    const id = selectedId.value;
    const kind = kinds.value.get(selectedDevice.peek()?.kind ?? '');
    // A line that comes back may have missed readings: load them anew.
    if (!alive.value && series.peek().size > 0 && id !== null) return;
    series.value = new Map();
    if (id === null || !kind) return;
    const stop = new AbortController();
    for (const stream of Object.keys(kind.streams)) {
      getReadings(id, stream, SHOWN, stop.signal).then(
        ({ readings }) => readings.forEach((r) => append(stream, r)),
        () => undefined, // The latest values are shown anyway; the next reconnect loads the rest.
      );
    }
    return () => stop.abort();
  });
  effect(() => {
    const device = selectedDevice.value;
    if (device) Object.entries(device.latest).forEach(([stream, reading]) => append(stream, reading));
  });
}

function append(stream: string, reading: LatestReading): void {
  const now = series.peek();
  const before = now.get(stream) ?? [];
  const after = withReading(before, reading);
  if (after !== before) series.value = new Map(now).set(stream, after);
}
