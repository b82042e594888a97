// A display as it is being edited. Pure but for the signals of the form.
//
// In: a stored display or nothing. Out: a draft, what is wrong with it, what is sent. Called by wall/edit.
import { signal } from '@preact/signals-core';
import type { Display, DisplayContent, DisplayPose, PanelName, EmergencyPlan, TourStop, Trend, Video } from '../../api/displays';
import type { LocalizedText } from '../../api/types';

export interface Draft extends DisplayContent {
  readonly id: string;
  /** The tag that the server must still have; null for one that is new. */
  readonly tag: string | null;
}

export const ALL_PANELS: readonly PanelName[] = ['figures', 'devices', 'reports', 'trends', 'alarms', 'video', 'projects'];

export const emptyDraft = (taken: readonly string[]): Draft => ({ id: freeId('wall', taken), tag: null, name: {}, tour: [], trends: [], videos: [], plans: [] });

export const draftOf = ({ id, name, tour, trends, videos, plans }: Display, tag: string | null): Draft => ({ id, tag, name, tour, trends, videos, plans });

export const contentOf = ({ name, tour, trends, videos, plans }: Draft): DisplayContent => ({ name, tour, trends, videos, plans });

/** `base`, or `base-2`, `base-3` … */
export function freeId(base: string, taken: readonly string[]): string {
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

export const newStop = (pose: DisplayPose): TourStop => ({ title: {}, pose: rounded(pose), travel_s: 4, dwell_s: 20, panels: ALL_PANELS.filter((panel) => panel !== 'reports') });
export const newTrend = (): Trend => ({ title: {}, series: [], hours: 6 });
export const newVideo = (): Video => ({ device: null, title: {}, kind: 'hls', url: '' });
export const newPlan = (taken: readonly string[]): EmergencyPlan => ({
  id: freeId('plan', taken), name: {}, level: 'emergency', pose: null, area: null, kinds: [], devices: [], contacts: [], steps: [], panels: ['plan', 'alarms', 'devices', 'video'],
});

/** Millimetres and hundredths of a degree are more than a camera needs. */
export const rounded = (pose: DisplayPose): DisplayPose => {
  const to = (value: number, digits: number): number => Number(value.toFixed(digits));
  return { east_m: to(pose.east_m, 2), north_m: to(pose.north_m, 2), up_m: to(pose.up_m, 2), heading_deg: to(pose.heading_deg, 2), pitch_deg: to(pose.pitch_deg, 2) };
};

export const replacedAt = <T>(list: readonly T[], at: number, value: T): T[] => list.map((one, i) => (i === at ? value : one));
export const withoutAt = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at);

/** The list with one thing a place earlier or later; at an end it stays. */
export function movedBy<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const next = [...list];
  const [a, b] = [next[at], next[at + by]];
  if (a === undefined || b === undefined) return next;
  [next[at], next[at + by]] = [b, a];
  return next;
}

export type Part = 'name' | 'tour' | 'trends' | 'videos' | 'plans';
export interface Problem {
  readonly part: Part;
  /** Which of the list, from 0. */
  readonly at: number;
  readonly what: 'title' | 'series' | 'url' | 'contact' | 'number';
}

const isNamed = (text: LocalizedText): boolean => [text.zh, text.en].some((name) => name?.trim());
const within = (value: number, low: number, high: number): boolean => Number.isFinite(value) && value >= low && value <= high;

/** What the server would refuse, said before it is asked. */
export function problemsOf(draft: Draft): Problem[] {
  const found: Problem[] = [];
  const check = (part: Part, at: number, what: Problem['what'], good: boolean): void => {
    if (!good) found.push({ part, at, what });
  };
  check('name', 0, 'title', isNamed(draft.name));
  draft.tour.forEach((stop, i) => {
    check('tour', i, 'title', isNamed(stop.title));
    check('tour', i, 'number', within(stop.travel_s, 0, 60) && within(stop.dwell_s, 1, 3600));
  });
  draft.trends.forEach((trend, i) => {
    check('trends', i, 'title', isNamed(trend.title));
    check('trends', i, 'series', trend.series.length >= 1 && trend.series.length <= 6);
    check('trends', i, 'number', Number.isInteger(trend.hours) && within(trend.hours, 1, 168));
  });
  draft.videos.forEach((video, i) => {
    check('videos', i, 'title', isNamed(video.title));
    check('videos', i, 'url', isWebAddress(video.url));
  });
  draft.plans.forEach((plan, i) => {
    check('plans', i, 'title', isNamed(plan.name));
    check('plans', i, 'contact', plan.contacts.every(({ name }) => name.trim() !== ''));
  });
  return found;
}

export function isWebAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** An area while it is drawn in the scene: of which plan, and its corners so far; null while none is. */
export const areaDrawn = signal<{ readonly plan: string; readonly corners: readonly (readonly [number, number])[] } | null>(null);
