// Looking back: which instant, over which range; devices and alarms as they were then; playing on.
//
// In: the slider, keys, the address. Out: `past` and `pastAlarms`, which everything that shows devices
// follows; alarms of the range. Fetched with the tool.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { exportReadings, listAlarms } from '../api/history';
import type { Alarm } from '../api/types';
import { alarms, pastAlarms, presentAlarms } from './alarms';
import { past, present } from './devices';
import { alarmsAt, devicesAt, histogram, kindsToAsk, latestOf, readCsv, type LatestByStream } from './history';
import { linkPart } from './link-parts';
import { kinds } from './session';
import { now } from './clock';
import { tool } from './tools';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** Ranges of the strip, and the step that fits each. */
export const RANGES = [
  { id: 'hours', range_s: 6 * HOUR_S, step_s: 60 },
  { id: 'day', range_s: DAY_S, step_s: 300 },
  { id: 'week', range_s: 7 * DAY_S, step_s: 1800 },
  { id: 'month', range_s: 28 * DAY_S, step_s: 2 * HOUR_S },
] as const;
export type RangeId = (typeof RANGES)[number]['id'];

/** How much of the past is looked at at first: enough for what reports often. */
const FIRST_LOOK_S = 120;
/** Bars of the histogram. */
const BINS = 96;
/** Instants whose devices are kept. */
const KEPT = 120;

export const rangeId = signal<RangeId>('day');
export const range = computed(() => RANGES.find(({ id }) => id === rangeId.value) ?? RANGES[1]);
/** The right end of the strip: now, at the last full minute. */
export const end_ms = computed(() => Math.floor(now.value.getTime() / 60_000) * 60_000);
export const start_ms = computed(() => end_ms.value - range.value.range_s * 1000);

/** The wanted instant; null for the present. */
export const wanted_ms = signal<number | null>(null);
export const loading = signal(false);
export const failed = signal(false);
export const playing = signal(false);
/** Steps a second. */
export const speed = signal(1);
export const SPEEDS = [1, 2, 4] as const;

/** Alarms that began in the range; null until they are there. */
export const alarmsOfRange = signal<{ readonly alarms: readonly Alarm[]; readonly more: boolean } | 'failed' | null>(null);
export const bins = computed(() => {
  const found = alarmsOfRange.value;
  return found && found !== 'failed' ? histogram(found.alarms, start_ms.value, end_ms.value, BINS) : null;
});

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

const known = new Map<number, LatestByStream>();

async function latestAt(at_ms: number, signal: AbortSignal): Promise<LatestByStream> {
  const kept = known.get(at_ms);
  if (kept) return kept;
  let latest = latestOf(readCsv(await exportReadings(at_ms - FIRST_LOOK_S * 1000, at_ms, null, signal)), at_ms);
  const asked = kindsToAsk(present.peek().values(), kinds.peek(), latest, FIRST_LOOK_S);
  const more = await Promise.all([...asked].map(([kind, silence_s]) => exportReadings(at_ms - silence_s * 1000, at_ms - FIRST_LOOK_S * 1000, kind, signal)));
  for (const text of more) latest = latestOf(readCsv(text), at_ms, latest);
  known.set(at_ms, latest);
  for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - KEPT))) known.delete(oldest);
  return latest;
}

/** Devices as they were at an instant. */
export const devicesOf = async (at_ms: number, signal: AbortSignal): Promise<NonNullable<typeof past.value>['devices']> =>
  devicesAt(present.peek().values(), kinds.peek(), await latestAt(at_ms, signal), at_ms);

/** Runs for the life of the page. */
export function startTime(): void {
  linkPart('t', { write: () => writeTime(wanted_ms.value, rangeId.value), read: (text) => readTime(text) });
  const open = computed(() => tool.value === 'time');
  // Devices must be known before it can be told how they were.
  const ready = computed(() => present.value.size > 0 && kinds.value.size > 0);
  effect(() => {
    const at_ms = wanted_ms.value;
    if (at_ms === null || !ready.value) {
      batch(() => {
        [past.value, pastAlarms.value] = [null, null];
        loading.value = failed.value = false;
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
              loading.value = failed.value = false;
            });
          }
        },
        () => {
          if (!stop.signal.aborted) [loading.value, failed.value, playing.value] = [false, true, false];
        },
      );
    }, playing.peek() ? 0 : 120);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });
  effect(() => {
    const [then, found] = [past.value, alarmsOfRange.value];
    // Alarms that began before the range and are still open are known as present ones.
    const list = then && found && found !== 'failed' ? [...presentAlarms.peek().values(), ...found.alarms] : null;
    pastAlarms.value = then ? alarmsAt(list ?? [...presentAlarms.peek().values()], then.at.getTime()) : null;
  });
  effect(() => {
    // The present's own button in the bar ends looking back.
    if (past.value === null && wanted_ms.peek() !== null && !loading.peek() && !failed.peek()) live();
  });
  effect(() => {
    if (!open.value && wanted_ms.value === null) return;
    const { range_s } = range.value;
    // Again once in ten minutes, and as alarms come and go.
    const tenth = Math.floor(end_ms.value / 600_000);
    const count = alarmCount.value;
    if (tenth + count < 0) return;
    const stop = new AbortController();
    listAlarms(Date.now() - range_s * 1000, Date.now(), stop.signal).then(
      (answer) => (alarmsOfRange.value = answer),
      () => {
        if (!stop.signal.aborted) alarmsOfRange.value = 'failed';
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

const alarmCount = computed(() => (past.value ? 0 : alarms.value.size));

export const writeTime = (at_ms: number | null, id: RangeId): string | null => (at_ms === null ? null : `${new Date(at_ms).toISOString().slice(0, 16)}Z/${id}`);

/** Takes over an instant of the last ten years. */
export function readTime(text: string | null): void {
  const [instant = '', id] = (text ?? '').split('/');
  const at_ms = /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(instant) ? Date.parse(instant) : NaN;
  const known = RANGES.find((one) => one.id === id);
  batch(() => {
    if (known) rangeId.value = known.id;
    wanted_ms.value = at_ms < Date.now() && at_ms > Date.now() - 3653 * DAY_S * 1000 ? at_ms : null;
  });
}
