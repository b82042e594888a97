import { beforeAll, expect, test, vi } from 'vitest';

let sun: typeof import('./sun');

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  sun = await import('./sun');
});

/** Within a tenth of a degree. */
function check(instant: string, [latitude, longitude]: [number, number], wanted: { azimuth: number; altitude: number }): void {
  const { azimuth_deg, true_altitude_deg } = sun.sunAt(Date.parse(instant), latitude, longitude);
  expect(Math.abs(azimuth_deg - wanted.azimuth), `azimuth ${azimuth_deg}`).toBeLessThan(0.1);
  expect(Math.abs(true_altitude_deg - wanted.altitude), `altitude ${true_altitude_deg}`).toBeLessThan(0.1);
}

test('the_sun_stands_where_the_solar_position_algorithm_says', () => {
  // NREL/TP-560-34302 (Reda and Andreas 2008), table A5.1: zenith 50.11162°, azimuth 194.34024°, refraction included.
  const { azimuth_deg, altitude_deg } = sun.sunAt(Date.parse('2003-10-17T12:30:30-07:00'), 39.742476, -105.1786);
  expect(Math.abs(azimuth_deg - 194.34024)).toBeLessThan(0.02);
  expect(Math.abs(altitude_deg - (90 - 50.11162))).toBeLessThan(0.02);
});

test('its_longitude_is_that_of_the_textbook', () => {
  // Meeus, Astronomical Algorithms, example 25.a: 1992 October 13, 0 h TD; apparent longitude 199.90895°, declination −7.78507°.
  const ms = Date.parse('1992-10-13T00:00:00Z');
  expect(sun.longitude_deg(ms)).toBeCloseTo(199.90895, 3);
  expect(sun.sunAt(ms, 0, 0).declination_deg).toBeCloseTo(-7.78507, 3);
});

test('it_stands_where_an_ephemeris_says_at_several_places_and_days', () => {
  // PyEphem 4.2 (VSOP87), without refraction.
  check('2026-01-20T02:00:00Z', [31.2965, 120.5987], { azimuth: 144.789, altitude: 30.03 }); // Suzhou
  check('2026-06-21T04:30:00Z', [31.2965, 120.5987], { azimuth: 222.718, altitude: 79.612 }); // Suzhou
  check('2026-01-20T02:00:00Z', [39.9042, 116.4074], { azimuth: 143.433, altitude: 21.059 }); // Beijing
  check('2026-06-21T04:30:00Z', [39.9042, 116.4074], { azimuth: 191.126, altitude: 73.274 }); // Beijing
  check('2026-06-21T04:30:00Z', [51.4779, 0.0], { azimuth: 58.025, altitude: 5.074 }); // London
  check('2026-12-22T12:10:00Z', [51.4779, 0.0], { azimuth: 182.716, altitude: 15.042 }); // London
  check('2026-03-20T15:00:00Z', [51.4779, 0.0], { azimuth: 230.154, altitude: 27.027 }); // London
  check('2026-01-20T02:00:00Z', [-33.8688, 151.2093], { azimuth: 5.962, altitude: 76.213 }); // Sydney
  check('2026-06-21T04:30:00Z', [-33.8688, 151.2093], { azimuth: 322.164, altitude: 22.109 }); // Sydney
  check('2026-12-22T12:10:00Z', [-0.1807, -78.4678], { azimuth: 114.071, altitude: 13.253 }); // Quito
  check('2026-03-20T15:00:00Z', [-0.1807, -78.4678], { azimuth: 89.738, altitude: 54.68 }); // Quito
});

test('terms_of_the_year_fall_on_their_days', () => {
  // Purple Mountain Observatory's calendar: 2026 大寒 20 January, 春分 20 March, 夏至 21 June, 冬至 22 December.
  expect((['coldest', 'equinox', 'summer', 'winter'] as const).map((term) => sun.dayOfTerm(2026, term, 480))).toEqual(['2026-01-20', '2026-03-20', '2026-06-21', '2026-12-22']);
});

test('sunshine_is_counted_in_steps_and_said_in_stretches', () => {
  const samples = [485, 495, 505, 525, 535].map((minute, i) => ({ minute, lit: i !== 2, solar_h: minute / 60 }));
  expect(sun.litMinutes(samples)).toBe(40);
  expect(sun.litMinutes(samples, 8.5, 16)).toBe(20);
  expect(sun.stretches(samples)).toEqual([{ from: 480, to: 500 }, { from: 520, to: 540 }]);
});

test('the_day_is_as_long_as_the_season', () => {
  const hours = (day: string): number => (sun.daylight(day, 31.3, 120.6).length * sun.STEP_MIN) / 60;
  expect(hours('2026-06-21')).toBeGreaterThan(13.5);
  expect(hours('2026-12-22')).toBeLessThan(10.3);
});

test('clocks_are_those_of_the_device_unless_it_is_elsewhere', () => {
  expect(sun.zone_min('2026-01-20', 87.6, 480)).toBe(480); // Ürümqi keeps Beijing time
  expect(sun.zone_min('2026-01-20', 120.6, 0)).toBe(480);
  expect(sun.zone_min('2026-01-20', -179, 720)).toBe(720);
});

test('an_address_without_the_sun_closes_its_tool_and_no_other', async () => {
  const { readLinkParts } = await import('./link-parts');
  const { tool } = await import('./tools');
  const stop = sun.startSunLink();
  tool.value = 'table';
  readLinkParts(new Map([['u', '2026-06-21/600']]));
  expect(tool.value).toBe('sun');
  readLinkParts(new Map());
  expect(tool.value).toBeNull();
  tool.value = 'measure';
  readLinkParts(new Map());
  expect(tool.value).toBe('measure');
  tool.value = null;
  stop();
});
