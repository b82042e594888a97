// A chart of a trend: uPlot in the wall's sizes and colours.
//
// In: lines, limits, sizes. Out: a canvas in an element. Called by Trends. Colours are read from the
// style sheet, so a chart is made anew when the theme changes.
import uPlot from 'uplot';
import { figure } from '../i18n';
import type { Language } from '../i18n';

/** More lines than colours are not told apart. */
export const SERIES = 6;

export interface Limit {
  readonly value: number;
  readonly status: string;
}

export interface ChartSpec {
  readonly width: number;
  readonly height: number;
  /** CSS pixels of a unit. */
  readonly unit: number;
  readonly lines: number;
  readonly limits: readonly Limit[];
  readonly language: Language;
}

/** Dashes tell lines apart where colours do not. */
const DASHES: readonly (readonly number[])[] = [[], [10, 4], [3, 3], [14, 4, 3, 4], [6, 6], [2, 6]];

export class Chart {
  readonly #plot: uPlot;

  constructor(place: HTMLElement, spec: ChartSpec, data: uPlot.AlignedData, span: readonly [number, number]) {
    this.#plot = new uPlot(options(spec, span), data, place);
  }

  set(data: uPlot.AlignedData, [from, to]: readonly [number, number]): void {
    this.#plot.batch(() => {
      this.#plot.setData(data, false);
      this.#plot.setScale('x', { min: from, max: to });
    });
  }

  dispose(): void {
    this.#plot.destroy();
  }
}

function options({ width, height, unit, lines, limits, language }: ChartSpec, [min, max]: readonly [number, number]): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const font = `${16 * unit}px ${colour('font')}`;
  const axis = { stroke: colour('ink-soft'), font, ticks: { show: false }, grid: { stroke: colour('line'), width: Math.max(1, unit) } };
  return {
    width,
    height,
    padding: [6 * unit, 4 * unit, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, min, max, auto: false },
      y: { range: (_, low, high) => padded(low, high) },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 24 * unit, gap: 4 * unit, space: 84 * unit, values: (_, ticks, __, ___, step) => ticks.map((time) => tick(new Date(time * 1000), step, language)) },
      { ...axis, size: 52 * unit, gap: 6 * unit, space: 34 * unit, values: (_, ticks) => ticks.map((value) => figure(value, language)) },
    ],
    series: [
      {},
      ...Array.from({ length: lines }, (_, i) => ({
        stroke: colour(`series-${(i % SERIES) + 1}`),
        width: 2.5 * unit,
        dash: (DASHES[i % DASHES.length] ?? []).map((length) => length * unit),
        points: { show: false },
      })),
    ],
    hooks: {
      drawSeries: [
        (plot, i) => {
          if (i === lines) drawLimits(plot, limits, unit, colour);
        },
      ],
    },
  };
}

/** A line at each limit that lies in the picture, in the colour of what it means. */
function drawLimits(plot: uPlot, limits: readonly Limit[], unit: number, colour: (name: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = 1.5 * unit * uPlot.pxRatio;
  ctx.setLineDash([4 * unit * uPlot.pxRatio, 4 * unit * uPlot.pxRatio]);
  for (const { value, status } of limits) {
    const y = Math.round(plot.valToPos(value, 'y', true));
    if (y <= bbox.top || y >= bbox.top + bbox.height) continue;
    ctx.strokeStyle = colour(status);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** Room above and below; a line that stands still lies in the middle. */
export function padded(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const room = (high - low) * 0.12 || Math.max(Math.abs(high) * 0.1, 0.5);
  // A quantity that is never negative has no room below nothing.
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
}

function tick(time: Date, step_s: number, language: Language): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const options: Intl.DateTimeFormatOptions = step_s >= 86_400 ? { month: 'numeric', day: 'numeric' } : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Intl.DateTimeFormat(locale, options).format(time);
}
