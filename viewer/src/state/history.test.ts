import { expect, test } from 'vitest';
import type { Alarm, DeviceKind, DeviceView } from '../api/types';
import { alarmsAt, devicesAt, histogram, kindsToAsk, latestOf, readCsv } from './history';

const T = Date.parse('2026-11-28T12:00:00Z');
const lamp: DeviceKind = {
  id: 'lamp', icon: 'lamp', name: { zh: '灯', en: 'Lamp' }, silence_s: 900,
  streams: { fault: { name: { zh: '故障', en: 'Fault' }, min: 0, max: 1, bands: [{ from: 1, status: 'warning', meaning: { zh: '灯不亮', en: 'does not light' } }] } },
};
const kinds = new Map([['lamp', lamp]]);
const device = (id: string): DeviceView => ({ id, kind: 'lamp', name: { zh: id, en: id }, position: { east_m: 0, north_m: 0, up_m: 0 }, status: 'normal', latest: {} });
const CSV = [
  'device,stream,unit,time,value,plausible',
  'a,fault,,2026-11-28T11:50:00Z,1,true',
  'a,fault,,2026-11-28T11:58:00Z,0,true',
  'a,fault,,2026-11-28T12:01:00Z,1,true',
  'b,fault,,2026-11-28T11:59:00Z,1,true',
  '"c,1",fault,,2026-11-28T11:00:00Z,0,true',
  'd,fault,,2026-11-28T11:59:00Z,9,false',
  'e,fault,,yesterday,0,true',
  'half a li',
].join('\r\n');
const at = (ms: number) => devicesAt(['a', 'b', 'c,1', 'd'].map(device), kinds, latestOf(readCsv(CSV), ms), ms);

test('a_device_is_as_its_latest_reading_before_the_instant_says', () => {
  const shown = at(T);
  expect(['a', 'b', 'c,1', 'd'].map((id) => shown.get(id)?.status)).toEqual(['normal', 'warning', 'offline', 'offline']);
  expect(shown.get('b')?.reason).toEqual({ zh: '灯不亮', en: 'does not light' });
  expect(at(T + 120_000).get('a')?.status).toBe('warning');
});

test('devices_that_a_short_look_has_missed_are_looked_for_by_kind_up_to_their_silence', () => {
  const latest = latestOf(readCsv(CSV), T);
  expect(kindsToAsk([device('a'), device('b')], kinds, latest, 120)).toEqual(new Map());
  expect(kindsToAsk([device('a'), device('x')], kinds, latest, 120)).toEqual(new Map([['lamp', 900]]));
  expect(kindsToAsk([device('x')], kinds, latest, 900)).toEqual(new Map());
});

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
