import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { DeviceStatus, DeviceView, ModelObject } from '../api/types';
import { bandOf, isSwitch } from './bands';
import { area_m2, buildingAt, holds } from './footprint';
import { readLink, writeLink } from './permalink';
import { niceLength } from './scale';
import { sparkPoints, withReading } from './spark';
import { LOOKS, STATUSES, severity } from './status';

type Devices = typeof import('./devices');
let devices: Devices;

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  devices = await import('./devices');
});

const device = (id: string, kind: string, status: DeviceStatus, zh = id): DeviceView => ({
  id, kind, status, name: { zh, en: `en ${zh}` }, position: { east_m: 0, north_m: 0, up_m: 0 }, latest: {},
});

describe('devices', () => {
  test('changes_replace_add_and_remove_and_leave_the_old_map_alone', () => {
    const before = new Map([['a', device('a', 'lamp', 'normal')], ['b', device('b', 'lamp', 'normal')]]);
    const after = devices.applyChanges(before, new Map([['a', device('a', 'lamp', 'alarm')], ['b', null], ['c', device('c', 'bin', 'normal')]]));
    expect([...after.keys()]).toEqual(['a', 'c']);
    expect(after.get('a')?.status).toBe('alarm');
    expect(before.get('a')?.status).toBe('normal');
  });

  test('findings_name_the_worst_first_and_leave_out_what_is_normal', () => {
    const list = [device('1', 'lamp', 'offline'), device('2', 'lamp', 'offline'), device('3', 'cover', 'alarm'), device('4', 'bin', 'normal')];
    expect(devices.findingsOf(list)).toEqual([
      { kind: 'cover', status: 'alarm', count: 1 },
      { kind: 'lamp', status: 'offline', count: 2 },
    ]);
  });

  test('the_filter_finds_by_id_and_by_name_in_either_language', () => {
    const lamp = device('lamp-7', 'lamp', 'normal', '南路路灯');
    const with_ = (text: string): boolean => devices.matches(lamp, { ...devices.NO_FILTER, text });
    expect([with_('LAMP-7'), with_('南路'), with_('en 南'), with_('北')]).toEqual([true, true, true, false]);
    expect(devices.matches(lamp, { text: '', kind: 'bin', status: null })).toBe(false);
    expect(devices.matches(lamp, { text: '', kind: null, status: 'alarm' })).toBe(false);
  });

  test('a_thousand_changes_in_one_frame_are_shown_at_once', () => {
    let frame: (() => void) | null = null;
    vi.stubGlobal('document', { hidden: false });
    vi.stubGlobal('requestAnimationFrame', (f: () => void) => ((frame = f), 1));
    devices.resetDevices([device('a', 'lamp', 'normal')]);
    const first = devices.devices.value;
    for (let i = 0; i < 1000; i++) devices.changeDevice('a', device('a', 'lamp', i % 2 ? 'alarm' : 'normal'));
    expect(devices.devices.value).toBe(first);
    (frame as (() => void) | null)?.();
    expect(devices.devices.value.get('a')?.status).toBe('alarm');
  });
});

describe('status', () => {
  test('alarm_is_worst_and_normal_is_best', () => {
    expect(STATUSES.map(severity)).toEqual([4, 3, 2, 1, 0]);
  });

  test('every_state_has_a_colour_of_its_own_and_no_two_share_shape_and_border', () => {
    expect(new Set(STATUSES.map((s) => LOOKS[s].fill)).size).toBe(5);
    expect(new Set(STATUSES.map((s) => LOOKS[s].shape + String(s === 'offline'))).size).toBe(5);
  });

  test('the_icon_on_every_state_has_at_least_four_and_a_half_to_one', () => {
    const light = (hex: string): number => {
      const channel = (i: number): number => {
        const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    };
    for (const { fill, ink } of Object.values(LOOKS)) {
      const [a, b] = [light(fill), light(ink)];
      expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThan(4.5);
    }
  });
});

describe('bands', () => {
  const stream = {
    name: {}, unit: 'm', min: 0, max: 10,
    bands: [
      { status: 'warning' as const, from: 1.2, meaning: { zh: '高' } },
      { status: 'alarm' as const, from: 1.8, meaning: { zh: '溢出' } },
      { status: 'notice' as const, to: 0.1, meaning: { zh: '低' } },
    ],
  };

  test('the_worst_band_that_holds_wins_and_ends_belong_to_it', () => {
    expect([0.1, 0.5, 1.2, 1.8].map((v) => bandOf(v, stream)?.status)).toEqual(['notice', undefined, 'warning', 'alarm']);
  });

  test('no_unit_from_zero_to_one_is_a_switch', () => {
    expect(isSwitch({ name: {}, unit: '', min: 0, max: 1, bands: [] })).toBe(true);
    expect(isSwitch(stream)).toBe(false);
  });
});

describe('footprint', () => {
  const block = (id: string, e: number, size: number, hole?: number[][]): ModelObject => ({
    id, class: 'building',
    bounds: { min: { east_m: e, north_m: 0, up_m: 0 }, max: { east_m: e + size, north_m: size, up_m: 9 } },
    footprint: [[[[e, 0], [e + size, 0], [e + size, size], [e, size], [e, 0]], ...(hole ? [hole] : [])]],
  });

  test('a_courtyard_is_not_the_building', () => {
    const ring = block('b', 0, 10, [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]);
    expect([holds(ring, 2, 2), holds(ring, 5, 5), holds(ring, 11, 5)]).toEqual([true, false, false]);
    expect(area_m2(ring)).toBe(96);
  });

  test('of_overlapping_outlines_the_smallest_is_meant', () => {
    expect(buildingAt([block('podium', 0, 30), block('tower', 5, 8)], 6, 2)?.id).toBe('tower');
    expect(buildingAt([block('podium', 0, 30)], -1, 2)).toBeNull();
  });
});

describe('permalink', () => {
  test('an_element_is_named_by_its_source_and_its_global_id', () => {
    const selection = { type: 'element', id: 'haus/2O2Fr$t4X7Zf8NOew3FL_H', spot: null } as const;
    const link = writeLink({ pose: null, selection, language: null, parts: new Map() });
    expect(link).toBe('#s=element/haus/2O2Fr%24t4X7Zf8NOew3FL_H');
    expect(readLink(link).selection).toEqual(selection);
  });

  test('what_is_written_is_read_back', () => {
    const link = {
      pose: { east_m: -12.34, north_m: 5, up_m: 60.5, heading_deg: 350.5, pitch_deg: -30 },
      selection: { type: 'building', id: 'building/b 07', spot: null } as const,
      language: 'en' as const,
      parts: new Map([['m', '1,2;3']]),
    };
    expect(writeLink(link)).toBe('#v=-12.34,5,60.5,350.5,-30&s=building/b%2007&l=en&m=1,2;3');
    expect(readLink(writeLink(link))).toEqual(link);
  });

  test('a_place_keeps_its_three_coordinates', () => {
    expect(readLink('#s=ground/1,2,3').selection).toEqual({ type: 'ground', spot: { local: { east_m: 1, north_m: 2, up_m: 3 }, geographic: null } });
  });

  test('nonsense_is_left_out', () => {
    for (const hash of ['', '#', '#v=1,2,x,4,5&s=tree/1&l=fr', '#v=1,2', '#s=ground/1,2', '#s=device/']) {
      expect(readLink(hash)).toEqual({ pose: null, selection: null, language: null, parts: new Map() });
    }
  });
});

describe('readings', () => {
  const reading = (minute: number, value: number) => ({ time: new Date(minute * 60_000).toISOString(), value });

  test('a_late_reading_takes_its_place_in_time_and_a_repeated_one_changes_nothing', () => {
    const now = [reading(1, 10), reading(3, 30)];
    expect(withReading(now, reading(2, 20)).map((r) => r.value)).toEqual([10, 20, 30]);
    expect(withReading(now, reading(3, 99))).toBe(now);
  });

  test('a_chart_runs_from_left_to_right_and_higher_is_up', () => {
    const [a, b, c] = sparkPoints([reading(0, 5), reading(1, 9), reading(4, 7)], 100, 40, 4);
    expect(a).toEqual([4, 36]);
    expect(b).toEqual([27, 4]);
    expect(c).toEqual([96, 20]);
  });

  test('a_constant_series_lies_in_the_middle', () => {
    expect(sparkPoints([reading(0, 5), reading(1, 5)], 100, 40, 4).map(([, y]) => y)).toEqual([20, 20]);
  });
});

test('the_scale_bar_uses_round_lengths', () => {
  expect([0.7, 1.9, 23, 51, 499, 1200].map(niceLength)).toEqual([0.5, 1, 20, 50, 200, 1000]);
});
