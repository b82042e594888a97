// Looking back: which instant, over which range; devices and alarms as they were then; playing on.
//
// In: the slider, keys, the address. Out: `past` and `pastAlarms`, which everything that shows devices
// follows; alarms of the range. Fetched with the tool.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { getDevicesAt, listAlarms } from '../api/history';
import type { Alarm, DeviceView } from '../api/types';
import { pastAlarms, presentAlarms } from './alarms';
import { devicesKnown, past, wanted_ms } from './devices';
import { alarmsAt, histogram } from './history';
import { now } from './clock';
import { tool } from './tools';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
/** Alarms that began so long before the range may have ended in it. */
const LEAD_S = DAY_S;

/** Ranges of the strip, and the step that fits each. */
export const RANGES = [
  { id: 'hours', range_s: 6 * HOUR_S, step_s: 60 },
  { id: 'day', range_s: DAY_S, step_s: 300 },
  { id: 'week', range_s: 7 * DAY_S, step_s: 1800 },
  { id: 'month', range_s: 28 * DAY_S, step_s: 2 * HOUR_S },
] as const;
export type RangeId = (typeof RANGES)[number]['id'];

/** Bars of the histogram. */
const BINS = 96;

export const rangeId = signal<RangeId>('day');
export const range = computed(() => RANGES.find(({ id }) => id === rangeId.value) ?? RANGES[1]);
/** The right end of the strip: now, at the last full minute. */
export const end_ms = computed(() => Math.floor(now.value.getTime() / 60_000) * 60_000);
export const start_ms = computed(() => end_ms.value - range.value.range_s * 1000);

export const loading = signal(false);
export const trouble = signal<Trouble | null>(null);
export const playing = signal(false);
/** Steps a second. */
export const speed = signal(1);
export const SPEEDS = [1, 2, 4] as const;

type Found = { readonly alarms: readonly Alarm[]; readonly more: boolean } | 'failed' | null;
/** Alarms that began in the range or not long before it. */
const foundAlarms = signal<Found>(null);
/** Alarms that began in the range; null until they are there. */
export const alarmsOfRange = computed<Found>(() => {
  const found = foundAlarms.value;
  return found && found !== 'failed' ? { ...found, alarms: found.alarms.filter(({ opened_at }) => Date.parse(opened_at) >= start_ms.value) } : found;
});
export const bins = computed(() => {
  const found = alarmsOfRange.value;
  return found && found !== 'failed' ? histogram(found.alarms, start_ms.value, end_ms.value, BINS) : null;
});

/** The smallest range that holds an instant, the given one if it does; null for what is older than all. */
export function rangeFor(at_ms: number, wished: RangeId, until_ms: number): RangeId | null {
  const holds = ({ range_s }: { readonly range_s: number }): boolean => at_ms >= until_ms - range_s * 1000;
  const given = RANGES.find(({ id }) => id === wished);
  return given && holds(given) ? wished : (RANGES.find(holds)?.id ?? null);
}

/** Shows another range; where the instant is older, its beginning. */
export function setRange(id: RangeId): void {
  batch(() => {
    rangeId.value = id;
    if (wanted_ms.peek() !== null) goTo(wanted_ms.peek() ?? 0);
  });
}

/** Goes to an instant: not before the range, and the present instead of its end. */
export function goTo(at_ms: number): void {
  const { step_s } = range.peek();
  wanted_ms.value = at_ms > end_ms.peek() - step_s * 500 ? null : Math.max(start_ms.peek(), Math.round(at_ms / 60_000) * 60_000);
}

export const step = (by: number): void => goTo((wanted_ms.peek() ?? end_ms.peek()) + by * range.peek().step_s * 1000);

export function live(): void {
  batch(() => {
    playing.value = false;
    wanted_ms.value = null;
  });
}

/** Plays on from here, from the beginning of the range if here is the present; or stops. */
export function togglePlaying(): void {
  if (!playing.peek() && wanted_ms.peek() === null) wanted_ms.value = start_ms.peek();
  playing.value = !playing.peek();
}

/** To the next alarm that began before or after here. */
export function toAlarm(direction: -1 | 1): void {
  const found = alarmsOfRange.peek();
  if (!found || found === 'failed') return;
  const here = wanted_ms.peek() ?? end_ms.peek();
  // An alarm is seen at the first full minute after it began.
  const times = found.alarms.map(({ opened_at }) => Math.ceil(Date.parse(opened_at) / 60_000) * 60_000).sort((a, b) => a - b);
  const next = direction > 0 ? times.find((ms) => ms > here) : times.findLast((ms) => ms < here);
  if (next !== undefined) wanted_ms.value = next;
}

/** Devices as they were at an instant, as the server tells them. */
export const devicesOf = async (at_ms: number, signal: AbortSignal): Promise<ReadonlyMap<string, DeviceView>> =>
  new Map((await getDevicesAt(at_ms, signal)).map((device) => [device.id, device]));

/** Why the devices of an instant are not there: their readings are deleted by now, or they did not come. */
export type Trouble = 'gone' | 'failed';
export const troubleOf = (error: unknown): Trouble => (error instanceof ApiError && error.code === 'time_not_kept' ? 'gone' : 'failed');

/** Runs for the life of the page. */
export function startTime(): void {
  const open = computed(() => tool.value === 'time');
  effect(() => {
    const at_ms = wanted_ms.value;
    // Whoever may see devices has heard of them by now.
    if (at_ms === null || !devicesKnown.value) {
      batch(() => {
        [past.value, pastAlarms.value] = [null, null];
        [loading.value, trouble.value] = [at_ms !== null, null];
        if (at_ms === null) playing.value = false;
      });
      return;
    }
    const stop = new AbortController();
    loading.value = true;
    // While one drags, only where one rests is asked for.
    const timer = setTimeout(() => {
      devicesOf(at_ms, stop.signal).then(
        (list) => {
          if (!stop.signal.aborted) {
            batch(() => {
              past.value = { at: new Date(at_ms), devices: list };
              [loading.value, trouble.value] = [false, null];
            });
          }
        },
        (error: unknown) => {
          if (!stop.signal.aborted) [loading.value, trouble.value, playing.value] = [false, troubleOf(error), false];
        },
      );
    }, playing.peek() ? 0 : 120);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });
  effect(() => {
    const [then, found] = [past.value, foundAlarms.value];
    // Alarms that began before the range and are still open are known as present ones.
    const list = then && found && found !== 'failed' ? [...presentAlarms.peek().values(), ...found.alarms] : null;
    pastAlarms.value = then ? alarmsAt(list ?? [...presentAlarms.peek().values()], then.at.getTime()) : null;
  });
  const asked = computed(() => (open.value || wanted_ms.value !== null ? alarmsKey.value : null));
  effect(() => {
    if (asked.value === null) return;
    const stop = new AbortController();
    const from_ms = Date.now() - (range.peek().range_s + LEAD_S) * 1000;
    listAlarms(from_ms, Date.now(), stop.signal).then(
      (answer) => {
        if (!stop.signal.aborted) foundAlarms.value = answer;
      },
      () => {
        if (!stop.signal.aborted) foundAlarms.value = 'failed';
      },
    );
    return () => stop.abort();
  });
  effect(() => {
    if (!playing.value || loading.value) return;
    const timer = setTimeout(() => (wanted_ms.peek() === null ? (playing.value = false) : step(1)), 1000 / speed.value);
    return () => clearTimeout(timer);
  });
}

/** When alarms are asked for anew: for another range, once in ten minutes, and where alarms have come or gone since the last minute. */
const alarmsKey = computed(() => {
  const tenth = Math.floor(end_ms.value / 600_000);
  return `${range.value.range_s} ${tenth} ${presentAlarms.peek().size}`;
});

export const writeTime = (at_ms: number | null, id: RangeId): string | null => (at_ms === null ? null : `${new Date(at_ms).toISOString().slice(0, 16)}Z/${id}`);

/** Takes over an instant that a range of the strip holds. */
export function readTime(text: string | null): void {
  const [instant = '', id] = (text ?? '').split('/');
  const at_ms = /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(instant) ? Date.parse(instant) : NaN;
  const wished = RANGES.find((one) => one.id === id)?.id ?? rangeId.peek();
  const fitting = at_ms < Date.now() ? rangeFor(at_ms, wished, end_ms.peek()) : null;
  batch(() => {
    if (fitting) rangeId.value = fitting;
    wanted_ms.value = fitting ? at_ms : null;
  });
}
