// Where the sun stands, and what day and hour are looked at.
//
// In: an instant and a place on the Earth; the choice of the card; the address. Out: azimuth and
// altitude; signals. The position follows the NOAA Solar Calculator, which is Meeus, Astronomical
// Algorithms (2nd ed. 1998), chapters 25 and 28, of the lower accuracy: 0.01° of the true position, to
// which refraction after NOAA adds up to half a degree at the horizon.
import { computed, signal } from '@preact/signals-core';
import { linkPart } from './link-parts';
import { publication } from './session';
import { tool } from './tools';

const DEG = Math.PI / 180;
const DAY_MS = 86_400_000;

export interface SunPosition {
  /** Clockwise from north. */
  readonly azimuth_deg: number;
  /** Above the horizon as seen, refraction included. */
  readonly altitude_deg: number;
  /** Without refraction. */
  readonly true_altitude_deg: number;
  readonly declination_deg: number;
  /** Hours by the sun: 12 when it stands in the meridian. */
  readonly solar_h: number;
}

const wrap = (deg: number, around = 360): number => ((deg % around) + around) % around;
const centuries = (ms: number): number => (ms / DAY_MS + 2440587.5 - 2451545) / 36525;

/** Apparent longitude of the sun, degrees (Meeus 25). */
export function longitude_deg(ms: number): number {
  const t = centuries(ms);
  const mean = 280.46646 + t * (36000.76983 + t * 0.0003032);
  const m = (357.52911 + t * (35999.05029 - 0.0001537 * t)) * DEG;
  const centre = Math.sin(m) * (1.914602 - t * (0.004817 + 0.000014 * t)) + Math.sin(2 * m) * (0.019993 - 0.000101 * t) + Math.sin(3 * m) * 0.000289;
  return wrap(mean + centre - 0.00569 - 0.00478 * Math.sin((125.04 - 1934.136 * t) * DEG));
}

function obliquity_deg(t: number): number {
  const seconds = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813));
  return 23 + (26 + seconds / 60) / 60 + 0.00256 * Math.cos((125.04 - 1934.136 * t) * DEG);
}

/** What air bends light by, degrees (NOAA). */
function refraction_deg(altitude_deg: number): number {
  if (altitude_deg > 85) return 0;
  const tan = Math.tan(altitude_deg * DEG);
  if (altitude_deg > 5) return (58.1 / tan - 0.07 / tan ** 3 + 0.000086 / tan ** 5) / 3600;
  if (altitude_deg > -0.575) return (1735 + altitude_deg * (-518.2 + altitude_deg * (103.4 + altitude_deg * (-12.79 + altitude_deg * 0.711)))) / 3600;
  return -20.772 / tan / 3600;
}

export function sunAt(ms: number, latitude: number, longitude: number): SunPosition {
  const t = centuries(ms);
  const lambda = longitude_deg(ms) * DEG;
  const epsilon = obliquity_deg(t) * DEG;
  const declination = Math.asin(Math.sin(epsilon) * Math.sin(lambda));
  const mean = wrap(280.46646 + t * (36000.76983 + t * 0.0003032)) * DEG;
  const m = (357.52911 + t * (35999.05029 - 0.0001537 * t)) * DEG;
  const e = 0.016708634 - t * (0.000042037 + 0.0000001267 * t);
  const y = Math.tan(epsilon / 2) ** 2;
  // Equation of time, minutes (Meeus 28, as NOAA has it).
  const equation =
    (4 / DEG) * (y * Math.sin(2 * mean) - 2 * e * Math.sin(m) + 4 * e * y * Math.sin(m) * Math.cos(2 * mean) - 0.5 * y * y * Math.sin(4 * mean) - 1.25 * e * e * Math.sin(2 * m));
  const solar_min = wrap((ms % DAY_MS) / 60_000 + equation + 4 * longitude, 1440);
  const hour = (solar_min / 4 - 180) * DEG;
  const phi = latitude * DEG;
  const sine = Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hour);
  const true_altitude_deg = Math.asin(Math.max(-1, Math.min(1, sine))) / DEG;
  const azimuth_deg = wrap(Math.atan2(Math.sin(hour), Math.cos(hour) * Math.sin(phi) - Math.tan(declination) * Math.cos(phi)) / DEG + 180);
  return { azimuth_deg, true_altitude_deg, altitude_deg: true_altitude_deg + refraction_deg(true_altitude_deg), declination_deg: declination / DEG, solar_h: solar_min / 60 };
}

/** From the ground towards the sun: east, north, up. */
export function directionOf({ azimuth_deg, altitude_deg }: SunPosition): readonly [number, number, number] {
  const [a, h] = [azimuth_deg * DEG, altitude_deg * DEG];
  return [Math.sin(a) * Math.cos(h), Math.cos(a) * Math.cos(h), Math.sin(h)];
}

/** Days of the year that people ask for, by the sun's longitude. */
export const TERMS = { winter: 270, coldest: 300, equinox: 0, summer: 90 } as const;
export type Term = keyof typeof TERMS;

/** The day (`YYYY-MM-DD`, so many minutes ahead of UTC) of a year on which the sun reaches a longitude. */
export function dayOfTerm(year: number, term: Term, zone: number): string {
  const wanted = TERMS[term];
  // The sun's longitude at the year's beginning is about 280°.
  let ms = Date.UTC(year, 0, 1) + (wrap(wanted - 280) / 360) * 365.2422 * DAY_MS;
  for (let i = 0; i < 6; i++) ms += (wrap(wanted - longitude_deg(ms) + 180) - 180) / 0.9856 * DAY_MS;
  return new Date(ms + zone * 60_000).toISOString().slice(0, 10);
}

export function dayOf(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export const day = signal(dayOf(new Date()));
/** Minutes of the day by the clock. */
export const minute = signal(10 * 60);
export const playingDay = signal(false);

/** Where the clock of this device and the sun of the place are farther apart, the device is elsewhere. */
const FAR_MIN = 180;

/**
 * Minutes by which clocks at a place are ahead of UTC: those of this device, unless it is in another part of
 * the world; then the hour of the place's longitude.
 */
export function zone_min(text: string, longitude: number, device_min = -new Date(`${text}T12:00`).getTimezoneOffset()): number {
  const away = Math.abs(wrap(device_min - longitude * 4 + 720, 1440) - 720);
  return away > FAR_MIN ? Math.round(longitude / 15) * 60 : device_min;
}

export const instant_ms = (text: string, minutes: number, zone: number): number => Date.parse(`${text}T00:00Z`) + (minutes - zone) * 60_000;

/** Where the community is; null where nobody has said. */
export const origin = computed(() => publication.value?.catalog.community.origin ?? null);

/** Minutes by which clocks at the community are ahead of UTC. */
export const zone = computed(() => zone_min(day.value, origin.value?.longitude_deg ?? 0));

export const sun = computed<SunPosition | null>(() =>
  origin.value ? sunAt(instant_ms(day.value, minute.value, zone.value), origin.value.latitude_deg, origin.value.longitude_deg) : null,
);

/** A stretch of the day by which sunshine is counted. */
export const STEP_MIN = 10;

export interface Sample {
  readonly minute: number;
  readonly lit: boolean;
  readonly solar_h: number;
}

/** Moments of a day at which the sun is up, in the middle of each step. */
export function daylight(text: string, latitude: number, longitude: number): { readonly minute: number; readonly position: SunPosition }[] {
  return Array.from({ length: 1440 / STEP_MIN }, (_, i) => (i + 0.5) * STEP_MIN)
    .map((minutes) => ({ minute: minutes, position: sunAt(instant_ms(text, minutes, zone_min(text, longitude)), latitude, longitude) }))
    .filter(({ position }) => position.altitude_deg > 0);
}

/** Minutes of sun, all day and between two hours by the sun. */
export const litMinutes = (samples: readonly Sample[], from_h = 0, to_h = 24): number =>
  samples.filter(({ lit, solar_h }) => lit && solar_h >= from_h && solar_h < to_h).length * STEP_MIN;

/** The stretches of sun, minutes of the day. */
export function stretches(samples: readonly Sample[]): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const { minute: at, lit } of samples) {
    if (!lit) continue;
    const last = found.at(-1);
    if (last && at - STEP_MIN / 2 - last.to < 1) last.to = at + STEP_MIN / 2;
    else found.push({ from: at - STEP_MIN / 2, to: at + STEP_MIN / 2 });
  }
  return found;
}

/** Sunshine at a point: while it is reckoned, how much of it is done. */
export interface Sunshine {
  readonly day: string;
  readonly at: readonly [number, number, number];
  readonly samples: readonly Sample[];
  readonly done: boolean;
}
export const sunshine = signal<Sunshine | null>(null);

export const startSunLink = (): (() => void) =>
  linkPart('u', {
    write: () => (tool.value === 'sun' ? `${day.value}/${minute.value}` : null),
    read: (text) => {
      if (text === null && tool.peek() === 'sun') tool.value = null;
      const [, date, minutes] = /^(\d{4}-\d\d-\d\d)\/(\d{1,4})$/.exec(text ?? '') ?? [];
      if (date === undefined || Number.isNaN(instant_ms(date, 0, 0)) || Number(minutes) >= 1440) return;
      day.value = date;
      minute.value = Number(minutes);
      tool.value = 'sun';
    },
  });
