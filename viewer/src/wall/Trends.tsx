// Trends over time: each a chart with its lines named, their last values, and limits where there are any.
import { computed, effect } from '@preact/signals-core';
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Trend } from '../api/displays';
import { named, quantity } from '../i18n';
import { now } from '../state/clock';
import { devices } from '../state/devices';
import { kinds } from '../state/session';
import { dark, language } from '../state/settings';
import { on } from '../state/wall/on';
import { trendData, trends, withGaps, withTail, type TrendData } from '../state/wall/trends';
import { Chart, SERIES, type Limit } from './chart';
import { Panel, useFit, usePage } from './parts';
import { moment, words } from './texts';
import { unit } from './unit';

/** A chart with its title and legend needs this many units. */
const ROOM = 190;
const PAGE_MS = 30_000;

export function Trends() {
  const t = words.value;
  const [ref, fit] = useFit<HTMLDivElement>(ROOM);
  const all = trends.value;
  const room = Math.max(fit, 1);
  const pages = Math.ceil(all.length / room);
  const page = usePage(pages, PAGE_MS);
  const shown = all.slice(page * room, page * room + room);
  return (
    <Panel name="trends" title={t.trends} note={pages > 1 ? `${page + 1} / ${pages}` : undefined} grow>
      {all.length === 0 && <p class="w-empty">{t.noTrends}</p>}
      <div class="w-trends" ref={ref}>
        {fit > 0 && shown.map((trend, i) => <TrendChart key={`${page}/${i}`} trend={trend} data={trendData.value[page * room + i] ?? null} />)}
      </div>
    </Panel>
  );
}

function TrendChart({ trend, data }: { trend: Trend; data: TrendData | null }) {
  const t = words.value;
  const empty = data?.lines.every((line) => line.every((value) => value === null)) ?? false;
  return (
    <figure class="w-trend">
      <figcaption>
        <b>{named(trend.title, language.value, '')}</b>
        <span class="w-note">
          {t.lastHours(trend.hours)}
          {data && data.failed > 0 && <em> · {t.partly(data.failed)}</em>}
          {data && now.value.getTime() - data.at.getTime() > 150_000 && <em class="w-stale"> {t.updated(moment(data.at))}</em>}
        </span>
      </figcaption>
      <ul>
        {trend.series.slice(0, SERIES).map(({ device, stream }, i) => (
          <LineName key={`${device}/${stream}`} device={device} stream={stream} index={i} />
        ))}
      </ul>
      {empty ? <p class="w-empty">{t.noData}</p> : <Plot trend={trend} data={data} />}
    </figure>
  );
}

function LineName({ device: id, stream, index }: { device: string; stream: string; index: number }) {
  const device = devices.value.get(id);
  const latest = device?.latest[stream];
  const unitName = kinds.value.get(device?.kind ?? '')?.streams[stream]?.unit ?? '';
  return (
    <li data-series={index + 1}>
      <svg viewBox="0 0 28 10" aria-hidden="true">
        <path d="M1 5h26" />
      </svg>
      <span>{named(device?.name, language.value, id)}</span>
      {latest && <b>{quantity(latest.value, unitName, language.value, digitsOf(latest.value))}</b>}
    </li>
  );
}

/** Three figures say enough from five metres. */
const digitsOf = (value: number): number => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

/** Limits of a trend whose lines are all of one stream of one kind. */
function limitsOf(trend: Trend): Limit[] {
  const found = new Set(trend.series.map(({ device, stream }) => `${devices.value.get(device)?.kind ?? ''}/${stream}`));
  const [one] = found;
  if (found.size !== 1 || one === undefined) return [];
  const [kind = '', stream = ''] = one.split('/');
  return (kinds.value.get(kind)?.streams[stream]?.bands ?? []).flatMap(({ from, to, status }) => {
    const value = from ?? to;
    return typeof value === 'number' ? [{ value, status }] : [];
  });
}

function Plot({ trend, data }: { trend: Trend; data: TrendData | null }) {
  const place = useRef<HTMLDivElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  const chart = useRef<Chart | null>(null);
  const given = useSignal(data);
  given.value = data;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width !== size.peek().width || height !== size.peek().height) size.value = { width, height };
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Made anew when its size, its colours or its words change; its data alone are set.
  useEffect(() => {
    // Devices and their kinds may come after the chart, and change all the time without changing its limits.
    const limits = computed(() => JSON.stringify(limitsOf(trend)));
    const stop = effect(() => {
      const { width, height } = size.value;
      const element = place.current;
      on(dark.value);
      const lang = language.value;
      if (!element || width < 40 || height < 40) return;
      const [points, span] = picture(trend, given.peek());
      chart.current = new Chart(element, { width, height, unit: unit.peek(), lines: trend.series.length, limits: JSON.parse(limits.value) as Limit[], language: lang }, points, span);
      return () => {
        chart.current?.dispose();
        chart.current = null;
      };
    });
    return stop;
  }, [trend]);

  useSignalEffect(() => {
    on(now.value);
    const [points, span] = picture(trend, given.value);
    chart.current?.set(points, span);
  });
  return <div class="w-plot" ref={place} />;
}

type Points = [number[], ...(number | null)[][]];

/** What was fetched, broken where readings are missing, with what came since; and the stretch of time that is shown. */
function picture(trend: Trend, data: TrendData | null): [Points, [number, number]] {
  const to = Date.now() / 1000;
  const span: [number, number] = [to - trend.hours * 3600, to];
  if (!data) return [[[], ...trend.series.map(() => [])] as Points, span];
  const latest = trend.series.map(({ device, stream }) => devices.peek().get(device)?.latest[stream] ?? null);
  const { times, lines } = withTail(withGaps(data, data.step_s), latest, data.step_s);
  return [[[...times], ...lines.map((line) => [...line])] as Points, span];
}
