// Readings a minute, as heard on the stream. In: devices as they change. Out: a signal. Started by wall/start.
import { computed, effect, signal } from '@preact/signals-core';
import { devices } from '../state/devices';
import { line } from '../state/live';
import { newReadings, RateMeter } from '../state/wall/figures';

/** Null while too little was heard. */
export const readingsPerMinute = signal<number | null>(null);

/** Shown anew this often: a figure that trembles is not read. */
const SHOW_MS = 5000;

export function startRate(): () => void {
  const meter = new RateMeter();
  let before = devices.peek();
  const alive = computed(() => line.value.state === 'live');
  const undo = [
    effect(() => {
      const now = devices.value;
      meter.add(newReadings(before, now), Date.now());
      before = now;
    }),
    effect(() => {
      // The snapshot after a gap brings all at once what came in between.
      if (alive.value) setTimeout(() => meter.reset(), 1000);
    }),
  ];
  const timer = setInterval(() => {
    if (line.peek().state === 'live') readingsPerMinute.value = meter.perMinute(Date.now());
  }, SHOW_MS);
  return () => {
    clearInterval(timer);
    undo.forEach((one) => one());
  };
}
