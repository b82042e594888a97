// A month of what is on notice and what affects residents, by day.
//
// In: the timetable of projects, a month as `2026-12`. Out: weeks of days with what is on each. Pure.
import type { ProjectEffect } from '../../api/project-work';
import type { TimedProject } from '../../api/timetable';
import { dayAt } from './project-days';

/** Something that lasts some days. */
export interface Entry {
  readonly project: TimedProject;
  /** What affects residents; null for a notice. */
  readonly effect: ProjectEffect | null;
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;

const dayAfter = (day: string, days: number): string => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

export const isMonth = (text: string): boolean => /^(19[5-9]\d|20\d\d|2[01]\d\d)-(0[1-9]|1[0-2])$/.test(text);

/** The month so many months later. */
export function monthAfter(month: string, months: number): string {
  const [year = 0, one = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, one - 1 + months, 1)).toISOString().slice(0, 7);
}

/** The weeks that a month lies in, from Monday on; days of other months stand at its ends. */
export function weeksOf(month: string): readonly (readonly string[])[] {
  const first = `${month}-01`;
  const last = dayAfter(`${monthAfter(month, 1)}-01`, -1);
  const weeks: string[][] = [];
  for (let monday = dayAfter(first, -((new Date(first).getUTCDay() + 6) % 7)); monday <= last; monday = dayAfter(monday, 7)) weeks.push(Array.from({ length: 7 }, (_, at) => dayAfter(monday, at)));
  return weeks;
}

/** Notices of projects, and what affects residents. */
export function entriesOf(projects: readonly TimedProject[]): readonly Entry[] {
  return projects.flatMap((project) => {
    const notices: Entry[] = project.notice ? [{ project, effect: null, from: project.notice.from, to: project.notice.to }] : [];
    const felt = project.effects.map((effect): Entry => ({ project, effect, from: dayAt(new Date(effect.from)), to: dayAt(new Date(effect.to)) }));
    return [...notices, ...felt];
  });
}

/** What is on a day: what affects residents first, then notices. */
export const onDay = (entries: readonly Entry[], day: string): readonly Entry[] =>
  entries.filter(({ from, to }) => from <= day && day <= to).sort((a, b) => Number(a.effect === null) - Number(b.effect === null) || a.project.id - b.project.id);
