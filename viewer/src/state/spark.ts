// Where the points of a small chart lie. In: readings in order of time. Out: points in a box. Pure.
import type { LatestReading } from '../api/types';

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
