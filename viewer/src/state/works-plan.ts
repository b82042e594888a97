// How far projects of renewal are on a day: as they were, as they are, or as is planned.
//
// In: projects with their phases, days of the community as `2026-12-20`. Out: stages, phases, days. Pure. Called by
// state/works.
import type { TimedPhase, TimedProject } from '../api/timetable';
import { stageOf, type Stage } from './project-looks';

const DAY_MS = 86_400_000;

export interface Span {
  readonly from: string;
  readonly to: string;
}

export const dayLater = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
export const lies = (day: string, { from, to }: Span): boolean => from <= day && day <= to;

/** Stretches of the strip: days before and after today; null for all that is planned. */
export const STRETCHES = { quarter: [30, 90], year: [90, 275], all: null } as const;
export type StretchId = keyof typeof STRETCHES;
/** Days that a step of a stretch takes. */
export const STEP_DAYS: Readonly<Record<StretchId, number>> = { quarter: 1, year: 7, all: 7 };
/** Room beside the first and the last day of all that is planned. */
const MARGIN_DAYS = 7;

/** From which day to which a stretch goes. */
export function stretchOf(id: StretchId, list: readonly TimedProject[], today: string): Span {
  const around = STRETCHES[id];
  if (around) return { from: dayLater(today, -around[0]), to: dayLater(today, around[1]) };
  const days = [today, ...list.flatMap(({ phases }) => phases.flatMap(({ from, to }) => [from, to]))].sort();
  return { from: dayLater(days[0] ?? today, -MARGIN_DAYS), to: dayLater(days.at(-1) ?? today, MARGIN_DAYS) };
}

/** The smallest stretch that holds a day, the given one if it does; null for a day that is in none. */
export function stretchFor(day: string, wished: StretchId, list: readonly TimedProject[], today: string): StretchId | null {
  return [wished, ...(Object.keys(STRETCHES) as StretchId[])].find((id) => lies(day, stretchOf(id, list, today))) ?? null;
}

/** Whether a phase should be over and nobody has told that it is. */
export const isLate = ({ to, done_on }: TimedPhase, today: string): boolean => to < today && !done_on;

/** Phases that are worked on on a day: one that was told done is over from then on. */
export const phasesOn = ({ phases }: TimedProject, day: string): readonly TimedPhase[] =>
  phases.filter(({ from, to, done_on }) => from <= day && day <= (done_on && done_on < to ? done_on : to));

/** The stage of a project on a day; what it is today is known, before and after follow from its phases. */
export function stageOn(project: TimedProject, day: string, today: string): Stage {
  const known = stageOf(project.state);
  const first = project.phases.map(({ from }) => from).sort()[0];
  const last = project.phases.map(({ to }) => to).sort().at(-1);
  if (day === today || first === undefined || last === undefined) return known;
  if (day > today) {
    if (known === 'done' || day > last) return 'done';
    return day >= first ? 'works' : known;
  }
  // It cannot have been further than it is.
  if (known === 'review' || known === 'notice') return known;
  if (known === 'approved' || day < first) return 'approved';
  const over = project.phases.every(({ done_on }) => done_on && done_on <= day);
  return known === 'done' && (over || day > last) ? 'done' : 'works';
}

/** What is worked on on a day: nothing of a project that was, or is, not that far, whatever its phases had foreseen. */
export const workedOn = (project: TimedProject, day: string, today: string): readonly TimedPhase[] => (stageOn(project, day, today) === 'works' ? phasesOn(project, day) : []);

/** First days of months in a span, so far apart that no more than this many remain. */
const MOST_MONTHS = 6;
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60];

/** Months to mark on a span of days: their first days, evenly apart, Januaries among them. */
export function monthsOf({ from, to }: Span): readonly string[] {
  const first = Number(from.slice(0, 4)) * 12 + Number(from.slice(5, 7)) - 1;
  const last = Number(to.slice(0, 4)) * 12 + Number(to.slice(5, 7)) - 1;
  const step = MONTH_STEPS.find((months) => (last - first) / months <= MOST_MONTHS) ?? 120;
  const months = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((month) => month % step === 0);
  return months.map((month) => `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}-01`).filter((day) => lies(day, { from, to }));
}

/** The days on which something begins or has ended, in order. */
export function turns(list: readonly TimedProject[]): readonly string[] {
  const days = list.flatMap(({ phases }) => phases.flatMap(({ from, to }) => [from, dayLater(to, 1)]));
  return [...new Set(days)].sort();
}
