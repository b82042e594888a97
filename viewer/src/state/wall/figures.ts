// The figures of a wall: devices by kind, alarms by level, readings a minute. Pure but for its meter.
//
// In: devices and alarms. Out: counts. Called by the wall's panels.
import type { Alarm, AlarmLevel, DeviceView } from '../../api/types';
import { countByStatus, type StatusCounts } from '../devices';
import { STATUSES } from '../status';

export interface KindFigures {
  readonly kind: string;
  readonly total: number;
  readonly online: number;
  readonly counts: StatusCounts;
}

/** By kind: who has the most to tell first, then who has the most devices. */
export function figuresByKind(list: Iterable<DeviceView>): KindFigures[] {
  const byKind = new Map<string, DeviceView[]>();
  for (const device of list) {
    const group = byKind.get(device.kind);
    if (group) group.push(device);
    else byKind.set(device.kind, [device]);
  }
  const all = [...byKind].map(([kind, group]) => {
    const counts = countByStatus(group);
    return { kind, total: group.length, online: group.length - counts.offline, counts };
  });
  const worse = (a: KindFigures, b: KindFigures): number => {
    for (const status of STATUSES) {
      if (status !== 'normal' && status !== 'notice' && a.counts[status] !== b.counts[status]) return b.counts[status] - a.counts[status];
    }
    return 0;
  };
  return all.sort((a, b) => worse(a, b) || b.total - a.total || (a.kind < b.kind ? -1 : 1));
}

/** Most urgent first. */
export const LEVELS: readonly AlarmLevel[] = ['emergency', 'alarm', 'warning', 'notice'];

export interface LevelFigures {
  readonly level: AlarmLevel;
  readonly open: number;
  readonly acknowledged: number;
}

export function figuresByLevel(list: Iterable<Alarm>): LevelFigures[] {
  const all = [...list];
  return LEVELS.map((level) => {
    const of = all.filter((alarm) => alarm.level === level);
    const open = of.filter(({ state }) => state === 'open').length;
    return { level, open, acknowledged: of.length - open };
  });
}

/** How many latest readings are newer in `after`, looked at only where a device was replaced. */
export function newReadings(before: ReadonlyMap<string, DeviceView>, after: ReadonlyMap<string, DeviceView>): number {
  let count = 0;
  for (const [id, device] of after) {
    const old = before.get(id);
    if (!old || old === device) continue;
    for (const [stream, { time }] of Object.entries(device.latest)) if (old.latest[stream]?.time !== time) count++;
  }
  return count;
}

const SECONDS = 60;
/** Before this much was heard, a rate would be a guess. */
const LEAST_S = 20;

/** Counts within the last minute, second by second. */
export class RateMeter {
  readonly #counts = new Array<number>(SECONDS).fill(0);
  #began_s: number | null = null;
  #last_s = 0;

  add(count: number, now_ms: number): void {
    const second = Math.floor(now_ms / 1000);
    this.#began_s ??= second;
    this.#forget(second);
    const at = second % SECONDS;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  /** Null until there was time enough to count. */
  perMinute(now_ms: number): number | null {
    const second = Math.floor(now_ms / 1000);
    if (this.#began_s === null || second - this.#began_s < LEAST_S) return null;
    this.#forget(second);
    const sum = this.#counts.reduce((a, b) => a + b, 0);
    return Math.round((sum * SECONDS) / Math.min(second - this.#began_s, SECONDS));
  }

  /** Begins anew: what was counted before a gap says nothing of now. */
  reset(): void {
    this.#counts.fill(0);
    this.#began_s = null;
  }

  #forget(second: number): void {
    for (let s = Math.max(this.#last_s + 1, second - SECONDS + 1); s <= second; s++) this.#counts[s % SECONDS] = 0;
    this.#last_s = Math.max(this.#last_s, second);
  }
}
