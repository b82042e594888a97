// Trends: what is drawn over time, fetched in steps and refreshed while the wall stands.
//
// In: the display's trends, or a choice among the devices; aggregates of the server. Out: lines by
// trend. Each trend says when it was last brought up to date.
import { computed, effect, signal } from '@preact/signals-core';
import { getAggregates, type Trend, type TrendSeries } from '../../api/displays';
import type { DeviceKind, DeviceView, LatestReading } from '../../api/types';
import { devices } from '../devices';
import { line } from '../live';
import { kinds } from '../session';
import { display, displaysAsked } from './displays';

/** Trends that fit on a wall beside one another. */
export const MOST_TRENDS = 6;
const REFRESH_MS = 60_000;
const POINTS = 240;
/** Lines of a chart that the wall chose itself. */
const OWN_LINES = 3;
const OWN_TRENDS = 3;
const OWN_HOURS = 6;

/** Seconds since 1970 and, line by line, the mean of each step; null where a line has none. */
export interface TrendData {
  readonly times: readonly number[];
  readonly lines: readonly (readonly (number | null)[])[];
  readonly step_s: number;
  readonly at: Date;
  /** Lines that could not be fetched. */
  readonly failed: number;
}

/** Streams that tell how a community fares, not how a sensor does: limits in both directions matter less than a unit. */
const ABOUT_ITSELF = /battery|disk|bitrate|rssi|signal/;

/** What is worth drawing where nobody chose: for the kinds that measure most, their first stream with a unit and limits. */
export function ownTrends(all: Iterable<DeviceView>, byId: ReadonlyMap<string, DeviceKind>): Trend[] {
  const groups = new Map<string, DeviceView[]>();
  for (const device of all) {
    const group = groups.get(device.kind) ?? [];
    group.push(device);
    groups.set(device.kind, group);
  }
  const found = [...groups].flatMap(([id, group]) => {
    const kind = byId.get(id);
    const streams = Object.entries(kind?.streams ?? {}).filter(([stream, { unit, bands }]) => unit && bands?.length && !ABOUT_ITSELF.test(stream));
    const reports = (stream: string): DeviceView[] => group.filter(({ latest }) => latest[stream]);
    const [best] = streams.map(([stream, { name }]) => ({ stream, name, who: reports(stream) })).filter(({ who }) => who.length > 0);
    if (!kind || !best) return [];
    const series = best.who.map(({ id: device }) => device).sort().slice(0, OWN_LINES).map((device): TrendSeries => ({ device, stream: best.stream }));
    const both = (language: 'zh' | 'en', between: string): string => [kind.name[language], best.name[language]].filter(Boolean).join(between);
    return [{ count: streams.length * 1000 + group.length, trend: { title: { zh: both('zh', ''), en: both('en', ': ') }, series, hours: OWN_HOURS } }];
  });
  return found.sort((a, b) => b.count - a.count).slice(0, OWN_TRENDS).map(({ trend }) => trend);
}

/** Lines that lack different steps on one axis of time. */
export function joined(parts: readonly (readonly (readonly [number, number | null])[])[]): Pick<TrendData, 'times' | 'lines'> {
  const times = [...new Set(parts.flatMap((part) => part.map(([time]) => time)))].sort((a, b) => a - b);
  const at = new Map(times.map((time, i) => [time, i]));
  const lines = parts.map((part) => {
    const values = new Array<number | null>(times.length).fill(null);
    for (const [time, value] of part) values[at.get(time) ?? 0] = value;
    return values;
  });
  return { times, lines };
}

type Lines = Pick<TrendData, 'times' | 'lines'>;

/** Where steps are missing a line breaks: it must not claim what nobody measured. */
export function withGaps({ times, lines }: Lines, step_s: number): Lines {
  const holes = times.flatMap((time, i) => ((times[i + 1] ?? time) - time > step_s * 2.5 ? [i] : []));
  if (holes.length === 0) return { times, lines };
  const insert = <T>(list: readonly T[], value: (i: number) => T): T[] => list.flatMap((one, i) => (holes.includes(i) ? [one, value(i)] : [one]));
  return { times: insert(times, (i) => (times[i] ?? 0) + step_s), lines: lines.map((line) => insert(line, () => null)) };
}

/** With the latest readings at the end, as far as they are newer and not from long after. */
export function withTail({ times, lines }: Lines, latest: readonly (LatestReading | null)[], step_s: number): Lines {
  const end = times.at(-1) ?? -Infinity;
  const seen = latest.map((reading) => (reading ? { at: Date.parse(reading.time) / 1000, value: reading.value } : null));
  const at = Math.max(...seen.map((one) => one?.at ?? -Infinity));
  if (!(at > end) || at - end > Math.max(step_s * 2.5, 120)) return { times, lines };
  return { times: [...times, at], lines: lines.map((line, i) => [...line, seen[i] && seen[i].at > end ? seen[i].value : null]) };
}

const ownChoice = signal<readonly Trend[]>([]);
const NONE: readonly Trend[] = [];
/** The same list while only the state of the display changes. */
const stored = computed(() => display.value?.trends ?? NONE);
export const trends = computed<readonly Trend[]>(() => {
  const kept = stored.value;
  return (kept.length > 0 ? kept : displaysAsked.value ? ownChoice.value : []).slice(0, MOST_TRENDS);
});

/** By place among `trends`; null while it is fetched for the first time. */
export const trendData = signal<readonly (TrendData | null)[]>([]);

/** One request, so that all lines have the same steps. */
export async function fetchTrend({ series, hours }: Trend, signal: AbortSignal): Promise<TrendData> {
  const answer = await getAggregates(series, new Date(Date.now() - hours * 3_600_000), POINTS, signal).catch(() => {
    signal.throwIfAborted();
    return null;
  });
  const stepsOf = (one: TrendSeries) => answer?.streams.find(({ device, stream }) => device === one.device && stream === one.stream)?.steps ?? [];
  const parts = series.map((one) => stepsOf(one).map(({ time, mean }) => [Date.parse(time) / 1000, mean ?? null] as const));
  return { ...joined(parts), step_s: answer?.step_s ?? 0, at: new Date(), failed: answer ? answer.unknown.length : series.length };
}

/** Keeps the lines up to date until the returned function is called. */
export function startTrends(): () => void {
  let stop = new AbortController();
  const refresh = (): void => {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const wanted = trends.peek();
    // One after the other: a wall must not knock at the server with all at once.
    void wanted.reduce(async (before, trend, i) => {
      await before;
      const data = await fetchTrend(trend, signal);
      // What could be fetched once is not thrown away because it cannot be now.
      if (data.failed < trend.series.length || !trendData.peek()[i]) trendData.value = trendData.peek().map((old, k) => (k === i ? data : old));
    }, Promise.resolve()).catch(() => undefined);
  };
  const known = computed(() => devices.value.size > 0 && kinds.value.size > 0);
  const alive = computed(() => line.value.state === 'live');
  const undo = [
    effect(() => {
      // Chosen once, when the devices have told something: lines that change by themselves help nobody.
      if (known.value && ownChoice.peek().length === 0) ownChoice.value = ownTrends(devices.value.values(), kinds.value);
    }),
    effect(() => {
      trendData.value = trends.value.map(() => null);
      queueMicrotask(refresh);
    }),
    effect(() => {
      if (alive.value) queueMicrotask(refresh);
    }),
  ];
  const timer = setInterval(refresh, REFRESH_MS);
  return () => {
    clearInterval(timer);
    stop.abort();
    undo.forEach((one) => one());
  };
}
