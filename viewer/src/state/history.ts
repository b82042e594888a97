// Alarms as they were: which were open at an instant, and how many began when.
//
// In: alarms with their course. Out: those of then, bars of a histogram. Pure. Called by state/time.
import type { Alarm, DeviceStatus } from '../api/types';
import { severity } from './status';

/** Alarms that were open at an instant. */
export const alarmsAt = (list: readonly Alarm[], at_ms: number): ReadonlyMap<number, Alarm> =>
  new Map(
    list
      .filter(({ opened_at, cleared_at, state }) => Date.parse(opened_at) <= at_ms && (cleared_at ? Date.parse(cleared_at) > at_ms : state !== 'suppressed'))
      .map((alarm) => [alarm.id, { ...alarm, state: alarm.acknowledged_at && Date.parse(alarm.acknowledged_at) <= at_ms ? 'acknowledged' : 'open' }]),
  );

export interface Bin {
  readonly from_ms: number;
  readonly count: number;
  readonly worst: DeviceStatus;
}

/** How many alarms began in each part of a stretch. */
export function histogram(list: readonly Alarm[], from_ms: number, to_ms: number, bins: number): Bin[] {
  const step = (to_ms - from_ms) / bins;
  const found = Array.from({ length: bins }, (_, i): { from_ms: number; count: number; worst: DeviceStatus } => ({ from_ms: from_ms + i * step, count: 0, worst: 'normal' }));
  for (const { opened_at, peak_level } of list) {
    const bin = found[Math.floor((Date.parse(opened_at) - from_ms) / step)];
    if (!bin) continue;
    bin.count++;
    const level: DeviceStatus = peak_level === 'emergency' ? 'alarm' : peak_level;
    if (severity(level) > severity(bin.worst)) bin.worst = level;
  }
  return found;
}
