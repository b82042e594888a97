import { expect, test } from 'vitest';
import type { Alarm } from '../api/types';
import { alarmsAt, histogram } from './history';

const T = Date.parse('2026-11-28T12:00:00Z');

const alarm = (id: number, opened: string, cleared: string | null): Alarm =>
  ({ id, opened_at: opened, cleared_at: cleared, state: cleared ? 'cleared' : 'open', peak_level: 'warning', level: 'warning' }) as Alarm;

test('an_alarm_is_there_from_its_opening_until_it_is_cleared', () => {
  const list = [alarm(1, '2026-11-28T11:00:00Z', '2026-11-28T11:30:00Z'), alarm(2, '2026-11-28T11:20:00Z', null)];
  expect([...alarmsAt(list, T).keys()]).toEqual([2]);
  expect([...alarmsAt(list, T - 35 * 60_000).keys()]).toEqual([1, 2]);
  expect([...alarmsAt(list, T - 3_600_001).keys()]).toEqual([]);
});

test('alarms_are_counted_where_they_began', () => {
  const bins = histogram([alarm(1, '2026-11-28T11:00:00Z', null), alarm(2, '2026-11-28T11:59:59Z', null), alarm(3, '2026-11-28T13:00:00Z', null)], T - 3_600_000, T, 4);
  expect(bins.map(({ count }) => count)).toEqual([1, 0, 0, 1]);
  expect(bins[0]?.worst).toBe('warning');
});
