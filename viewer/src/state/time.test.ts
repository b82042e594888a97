import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Alarm } from '../api/types';
import { presentAlarms } from './alarms';
import { readLinkParts } from './link-parts';

let time: typeof import('./time');
let devices: typeof import('./devices');
const fetched: string[] = [];
/** What is answered to who asks for the devices of an instant. */
let then: () => Response | Promise<Response> = () => new Response('{"devices":[]}');

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

beforeAll(async () => {
  vi.useFakeTimers({ now: Date.parse('2026-11-28T10:00:20Z') });
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  vi.stubGlobal('document', { baseURI: 'http://twin.test/', documentElement: { lang: 'en' } });
  vi.stubGlobal('fetch', (url: string) => {
    fetched.push(url);
    return Promise.resolve(url.includes('/devices?') ? then() : new Response('{"alarms":[]}'));
  });
  time = await import('./time');
  devices = await import('./devices');
  (await import('./time-link')).linkTime();
  time.startTime();
});
beforeEach(() => void (fetched.length = 0));
afterEach(() => time.live());

const linked = (ago_ms: number, range: string): void => {
  const at_ms = Math.floor((Date.now() - ago_ms) / MINUTE) * MINUTE;
  readLinkParts(new Map([['t', `${new Date(at_ms).toISOString().slice(0, 16)}Z/${range}`]]));
};

test('a_link_keeps_its_instant_until_devices_are_known', () => {
  linked(60 * MINUTE, 'hours');
  vi.advanceTimersByTime(5000);
  expect([devices.past.value, time.loading.value]).toEqual([null, true]);
  expect(devices.wanted_ms.value).toBe(Math.floor(Date.now() / MINUTE - 60) * MINUTE);
  devices.wanted_ms.value = null;
  expect([time.loading.value, time.writeTime(devices.wanted_ms.value, 'hours')]).toEqual([false, null]);
});

test('a_link_gets_the_smallest_range_that_holds_its_instant', () => {
  linked(3 * DAY, 'hours');
  expect(time.rangeId.value).toBe('week');
  linked(60 * MINUTE, 'month');
  expect(time.rangeId.value).toBe('month');
  linked(40 * DAY, 'month');
  expect(devices.wanted_ms.value).toBeNull();
});

test('a_smaller_range_takes_the_instant_along', () => {
  linked(3 * DAY, 'week');
  time.setRange('day');
  expect(devices.wanted_ms.value).toBe(time.start_ms.value);
});

test('alarms_are_asked_for_at_most_once_a_minute_from_before_the_range', async () => {
  linked(60 * MINUTE, 'day');
  const asked = (): number => fetched.filter((url) => url.includes('/alarms?')).length;
  expect(asked()).toBe(1);
  const from = new URL(fetched[0] ?? '').searchParams.get('from') ?? '';
  expect(Date.now() - Date.parse(from)).toBeGreaterThanOrEqual(2 * DAY - MINUTE);
  for (let id = 1; id <= 5; id++) presentAlarms.value = new Map(presentAlarms.value).set(id, {} as Alarm);
  expect(asked()).toBe(1);
  const { now } = await import('./clock');
  vi.advanceTimersByTime(MINUTE);
  now.value = new Date();
  expect(asked()).toBe(2);
});

test('an_instant_is_one_request_and_what_does_not_come_has_a_reason', async () => {
  devices.devicesKnown.value = true;
  then = () => new Response('{"devices":[{"id":"a","status":"warning"}]}');
  linked(60 * MINUTE, 'hours');
  await vi.advanceTimersByTimeAsync(500);
  expect(fetched.filter((url) => url.includes('/devices?at=2026-11-28T'))).toHaveLength(1);
  expect(devices.devices.value.get('a')?.status).toBe('warning');
  const stepTo = async (answer: typeof then): Promise<void> => {
    then = answer;
    time.step(-1);
    await vi.advanceTimersByTimeAsync(500);
  };
  const problem = { status: 400, headers: { 'content-type': 'application/problem+json' } };
  await stepTo(() => new Response('{"code":"time_not_kept"}', problem));
  expect(time.trouble.value).toBe('gone');
  await stepTo(() => Promise.reject(new TypeError('no network')));
  expect(time.trouble.value).toBe('failed');
  await stepTo(() => new Response('{"devices":[]}'));
  expect([time.trouble.value, devices.devices.value.size]).toEqual([null, 0]);
});
