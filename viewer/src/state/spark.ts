// A small chart: which readings it shows and where their points lie. Pure.
//
// In: readings. Out: readings in order of time; points in a box. Called by state/readings and panels.
import type { LatestReading } from '../api/types';

/** How many readings a chart shows. */
export const SHOWN = 60;

/** `now` with `reading` at its place in time; the same reading again changes nothing. */
export function withReading(now: readonly LatestReading[], reading: LatestReading): readonly LatestReading[] {
  const time = Date.parse(reading.time);
  if (now.some((r) => Date.parse(r.time) === time)) return now;
  return [...now, reading].sort((a, b) => Date.parse(a.time) - Date.parse(b.time)).slice(-SHOWN);
}

/** Time runs left to right, larger values lie higher; `pad` is kept free at every edge. */
export function sparkPoints(readings: readonly LatestReading[], width: number, height: number, pad: number): (readonly [number, number])[] {
  const times = readings.map((r) => Date.parse(r.time));
  const values = readings.map((r) => r.value);
  const [t0, t1] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return readings.map((r) => {
    const x = t1 > t0 ? (Date.parse(r.time) - t0) / (t1 - t0) : 1;
    const y = high > low ? (r.value - low) / (high - low) : 0.5;
    return [pad + x * (width - 2 * pad), height - pad - y * (height - 2 * pad)];
  });
}
