import { expect, test } from 'vitest';
import type { Alarm, AlarmLevel } from '../api/types';
import { byUrgency, lookOf, withAlarms } from './alarms';

const alarm = (id: number, level: AlarmLevel, state: Alarm['state']): Alarm => ({
  id, level, state, peak_level: level, rule: 'r', rule_version: 1, name: {}, advice: {}, device: 'd', device_name: {}, kind: 'lift',
  position: { east_m: 0, north_m: 0, up_m: 0 }, opened_at: '2026-05-01T12:00:00Z', changed_at: '2026-05-01T12:00:00Z',
});

test('what_is_over_or_held_back_leaves_the_list', () => {
  const before = withAlarms(new Map(), [alarm(1, 'notice', 'open'), alarm(2, 'alarm', 'acknowledged'), alarm(3, 'alarm', 'suppressed')]);
  expect([...before.keys()]).toEqual([1, 2]);
  expect([...withAlarms(before, [alarm(1, 'notice', 'cleared')]).keys()]).toEqual([2]);
  expect(before.size).toBe(2);
});

test('who_waits_comes_first_then_the_more_urgent_then_the_newer', () => {
  const list = [alarm(1, 'notice', 'open'), alarm(2, 'emergency', 'acknowledged'), alarm(3, 'warning', 'open'), alarm(4, 'warning', 'open')];
  expect(list.sort(byUrgency).map(({ id }) => id)).toEqual([4, 3, 1, 2]);
});

test('an_emergency_looks_like_an_alarm', () => {
  expect((['notice', 'warning', 'alarm', 'emergency'] as const).map(lookOf)).toEqual(['notice', 'warning', 'alarm', 'alarm']);
});
