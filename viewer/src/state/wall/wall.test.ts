import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Alarm, AlarmLevel, DeviceStatus, DeviceView } from '../../api/types';
import type { Display } from '../../api/displays';
import { heatGrid } from './heat';
import { assetsOf, FrameWatch, isOther, newlyRefused, patience_ms, Retry } from './watch';

let figures: typeof import('./figures');
let displays: typeof import('./displays');

beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  figures = await import('./figures');
  displays = await import('./displays');
});

const device = (id: string, kind: string, status: DeviceStatus, times: Record<string, string> = {}): DeviceView => ({
  id, kind, status, name: { zh: id }, position: { east_m: 0, north_m: 0, up_m: 0 },
  latest: Object.fromEntries(Object.entries(times).map(([stream, time]) => [stream, { value: 1, time }])),
});
const alarm = (id: number, level: AlarmLevel, state: Alarm['state']): Alarm => ({ id, level, state }) as Alarm;

describe('figures', () => {
  test('kinds_with_the_worst_devices_come_first_and_offline_ones_are_not_online', () => {
    const list = [device('a', 'lamp', 'normal'), device('b', 'lamp', 'offline'), device('c', 'lift', 'alarm'), device('d', 'bin', 'notice'), device('e', 'bin', 'normal')];
    expect(figures.figuresByKind(list).map(({ kind, online, total }) => `${kind} ${online}/${total}`)).toEqual(['lift 1/1', 'lamp 1/2', 'bin 2/2']);
  });

  test('alarms_are_counted_by_level_and_whether_someone_takes_care', () => {
    const found = figures.figuresByLevel([alarm(1, 'alarm', 'open'), alarm(2, 'alarm', 'acknowledged'), alarm(3, 'notice', 'open')]);
    expect(found.map(({ level, open, acknowledged }) => `${level} ${open}+${acknowledged}`)).toEqual(['emergency 0+0', 'alarm 1+1', 'warning 0+0', 'notice 1+0']);
  });

  test('only_latest_readings_with_another_time_are_new', () => {
    const same = device('b', 'lamp', 'normal', { power: '1' });
    const before = new Map([['a', device('a', 'lamp', 'normal', { power: '1', voltage: '1' })], ['b', same]]);
    const after = new Map([['a', device('a', 'lamp', 'normal', { power: '2', voltage: '1' })], ['b', same], ['c', device('c', 'lamp', 'normal', { power: '1' })]]);
    expect(figures.newReadings(before, after)).toBe(1);
  });

  test('a_rate_is_of_the_last_minute_and_unknown_at_first', () => {
    const meter = new figures.RateMeter();
    for (let s = 0; s <= 200; s++) {
      meter.add(2, s * 1000);
      if (s === 10) expect(meter.perMinute(s * 1000)).toBeNull();
    }
    expect(meter.perMinute(200_000)).toBe(120);
    expect(meter.perMinute(230_000)).toBe(60);
    expect(meter.perMinute(900_000)).toBe(0);
  });
});

describe('displays', () => {
  const emergency = (plan: string) => ({ mode: 'emergency', plan, since: '2026-05-01T12:00:00Z', by: 'Li' }) as const;
  const of = (id: string, state: Display['state']): Display => ({ id, state, version: 1, plans: [{ id: 'fire' }] }) as unknown as Display;

  test('the_wanted_display_is_shown_else_the_first_else_none', () => {
    const all = [of('a', { mode: 'ordinary' }), of('b', { mode: 'ordinary' })];
    expect(displays.chosen(all, 'b')?.id).toBe('b');
    expect(displays.chosen(all, 'gone')?.id).toBe('a');
    expect(displays.chosen([], 'a')).toBeNull();
  });

  test('an_emergency_needs_a_plan_that_is_there', () => {
    expect(displays.emergencyOf(of('a', emergency('fire')))).toEqual({ plan: { id: 'fire' }, since: new Date('2026-05-01T12:00:00Z') });
    expect(displays.emergencyOf(of('a', emergency('flood')))).toBeNull();
    expect(displays.emergencyOf(of('a', { mode: 'ordinary' }))).toBeNull();
  });

  test('what_did_not_change_stays_the_same_object', () => {
    const full = (version: number, hours: number): Display => ({ ...of('a', { mode: 'ordinary' }), version, tour: [], trends: [{ title: {}, series: [], hours }], videos: [] });
    const before = [full(1, 6)];
    expect(displays.unchanged(before, [full(1, 6)])).toBe(before);
    const after = displays.unchanged(before, [full(2, 12)]);
    expect(after[0]?.tour).toBe(before[0]?.tour);
    expect(after[0]?.trends[0]?.hours).toBe(12);
  });

  test('whom_to_call_is_told_anew_although_the_display_is_the_same', () => {
    const masked = { ...of('a', emergency('fire')), tour: [], trends: [], videos: [], plans: [{ id: 'fire', contacts: [{ name: '' }] }] } as unknown as Display;
    const plain = { ...masked, plans: [{ id: 'fire', contacts: [{ name: 'Li' }] }] } as unknown as Display;
    expect(displays.unchanged([masked], [plain])[0]?.plans[0]?.contacts[0]?.name).toBe('Li');
  });

  test('who_asks_while_an_older_answer_is_on_its_way_gets_a_newer_one', async () => {
    const answers = [[of('a', { mode: 'ordinary' })], [{ ...of('a', emergency('fire')), version: 2 }]];
    vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', documentElement: { lang: 'en' } });
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response(JSON.stringify({ displays: answers.shift() ?? [] }))));
    const first = displays.reloadDisplays();
    displays.displayTold({ id: 'a', version: 2, state: emergency('fire') });
    const second = displays.reloadDisplays();
    await first;
    await second;
    expect(displays.displays.value[0]?.state.mode).toBe('emergency');
    expect(fetched).toHaveBeenCalledTimes(2);
    fetched.mockRestore();
  });

  test('a_state_that_was_told_holds_for_that_display_alone', () => {
    const all = displays.switched([of('a', { mode: 'ordinary' }), of('b', { mode: 'ordinary' })], 'b', emergency('fire'));
    expect(all.map(({ state }) => state.mode)).toEqual(['ordinary', 'emergency']);
  });
});

test('an_attempt_comes_however_often_the_last_one_is_said_to_have_failed', () => {
  vi.useFakeTimers();
  let attempts = 0;
  const retry = new Retry(() => attempts++);
  for (let second = 0; second < 70; second += 2) {
    retry.failed();
    vi.advanceTimersByTime(2000);
  }
  // At 1, 4, 8, 16, 32 and 64 s: the wait begins when the failure is next told, and doubles.
  expect(attempts).toBe(6);
  retry.succeeded();
  retry.failed();
  vi.advanceTimersByTime(1000);
  expect(attempts).toBe(7);
  vi.useRealTimers();
});

describe('heat', () => {
  test('the_density_adds_up_to_the_number_of_alarms', () => {
    const box = { min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: 300, north_m: 200, up_m: 20 } };
    const { density, columns, rows, most } = heatGrid([[151.6, 101.6], [151.6, 101.6], [100, 80]], box);
    const cell_ha = (300 / columns) * (200 / rows) / 10_000;
    expect(density.reduce((a, b) => a + b, 0) * cell_ha).toBeCloseTo(3, 0);
    expect(density.indexOf(most)).toBe(Math.floor(rows / 2) * columns + Math.floor(columns / 2));
  });

  test('no_alarms_are_no_heat_and_alarms_outside_do_no_harm', () => {
    const box = { min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: 10, north_m: 10, up_m: 0 } };
    expect(heatGrid([], box).most).toBe(0);
    expect(heatGrid([[1e6, -1e6]], box).most).toBe(0);
  });
});

describe('keeper', () => {
  const seen = (frames: number, more: Partial<{ lost: boolean; hidden: boolean }> = {}) => ({ frames, lost: false, hidden: false, ...more });

  test('a_minute_without_a_frame_is_frozen_but_not_on_a_sleeping_screen', () => {
    const watch = new FrameWatch();
    expect(watch.frozen(seen(1), 1000)).toBe(false);
    expect(watch.frozen(seen(1), 60_000)).toBe(false);
    expect(watch.frozen(seen(1), 61_000)).toBe(true);
    expect(watch.frozen(seen(1, { hidden: true }), 70_000)).toBe(false);
    expect(watch.frozen(seen(1), 129_000)).toBe(false);
    expect(watch.frozen(seen(2), 131_000)).toBe(false);
  });

  test('frames_of_a_lost_context_do_not_count', () => {
    const watch = new FrameWatch();
    watch.frozen(seen(1), 1000);
    expect(watch.frozen(seen(50, { lost: true }), 61_000)).toBe(true);
  });

  test('another_viewer_is_told_by_the_names_of_its_files', () => {
    const page = '<script src="./assets/wall-a1.js"></script><link href="./assets/wall-b2.css">';
    expect(assetsOf(page)).toBe('assets/wall-a1.js assets/wall-b2.css');
    expect(isOther(assetsOf(page), assetsOf(page.replace('a1', 'c3')))).toBe(true);
    expect(isOther(assetsOf(page), '')).toBe(false);
    expect([0, 1, 3, 99].map(patience_ms)).toEqual([1000, 2000, 8000, 60_000]);
  });

  test('a_wall_begins_anew_once_for_each_host_of_its_streams', () => {
    const urls = ['http://cam.example:8080/gate', 'not an address'];
    expect(newlyRefused('http://cam.example:8080/gate', urls, [''])).toBe('http://cam.example:8080');
    expect(newlyRefused('http://cam.example:8080/gate', urls, ['http://cam.example:8080'])).toBeNull();
    expect(newlyRefused('http://other.example/gate', urls, [])).toBeNull();
    expect(newlyRefused('inline', urls, [])).toBeNull();
  });
});

test('lines_of_a_trend_come_together_and_those_that_are_not_there_are_counted', async () => {
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', documentElement: { lang: 'en' } });
  const step = (time: string, mean?: number) => ({ time, readings: 1, count: 1, mean });
  const streams = [{ device: 'b', stream: 'power', step_s: 60, steps: [step('1970-01-01T00:01:00Z', 7), step('1970-01-01T00:02:00Z')] }];
  const answer = (): Promise<Response> => Promise.resolve(new Response(JSON.stringify({ step_s: 60, streams, unknown: ['a:power'] })));
  const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(answer);
  const trend = { title: {}, hours: 6, series: [{ device: 'a', stream: 'power' }, { device: 'b', stream: 'power' }] };
  const { fetchTrend } = await import('./trends');
  const found = await fetchTrend(trend, new AbortController().signal);
  expect([found.times, found.lines, found.failed, found.step_s]).toEqual([[60, 120], [[null, null], [7, null]], 1, 60]);
  expect(fetched).toHaveBeenCalledTimes(1);
  fetched.mockImplementation(() => Promise.reject(new TypeError('no network')));
  expect((await fetchTrend(trend, new AbortController().signal)).failed).toBe(2);
  fetched.mockRestore();
});
