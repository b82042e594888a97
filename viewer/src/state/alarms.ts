// The alarms that are open or acknowledged, most urgent first.
//
// In: events of the stream, through live.ts. Out: signals. Read by panels.
import { computed, signal } from '@preact/signals-core';
import type { Alarm, AlarmLevel, DeviceStatus } from '../api/types';

/** As the server tells them now. */
export const presentAlarms = signal<ReadonlyMap<number, Alarm>>(new Map());
/** As they were, while one looks at another time; null for the present. */
export const pastAlarms = signal<ReadonlyMap<number, Alarm> | null>(null);
export const alarms = computed(() => pastAlarms.value ?? presentAlarms.value);

/** Replaces everything. */
export function resetAlarms(list: readonly Alarm[]): void {
  presentAlarms.value = withAlarms(new Map(), list);
}

/** Takes over an alarm as it is now. */
export function changeAlarm(alarm: Alarm): void {
  presentAlarms.value = withAlarms(presentAlarms.peek(), [alarm]);
}

/** The alarms after these changes: one that is over, or held back, is no longer among them. */
export function withAlarms(now: ReadonlyMap<number, Alarm>, changes: readonly Alarm[]): ReadonlyMap<number, Alarm> {
  const next = new Map(now);
  for (const alarm of changes) {
    if (alarm.state === 'open' || alarm.state === 'acknowledged') next.set(alarm.id, alarm);
    else next.delete(alarm.id);
  }
  return next;
}

const LEVELS: readonly AlarmLevel[] = ['notice', 'warning', 'alarm', 'emergency'];

/** The state of a device whose look a level has. */
export const lookOf = (level: AlarmLevel): DeviceStatus => (level === 'emergency' ? 'alarm' : level);

/** Who waits comes before what is being taken care of, then the more urgent, then the newer. */
export function byUrgency(a: Alarm, b: Alarm): number {
  const waits = Number(b.state === 'open') - Number(a.state === 'open');
  return waits || LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || b.id - a.id;
}

export const listedAlarms = computed(() => [...alarms.value.values()].sort(byUrgency));
