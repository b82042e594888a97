// The problems of a check-up as people look through them: narrowed, ordered, decided; and counted for its report.
//
// In: problems, the catalogue, what is narrowed to. Out: values. Pure.
import type { Indicator, Problem, ProblemDeed, Urgency } from '../../api/checkups';
import { URGENCIES, dimensionKey } from './checkups';

/** What the list is narrowed to; '' is everything. `none` as a zone: what belongs to the community as a whole. */
export interface Narrowing {
  readonly urgency: string;
  readonly state: string;
  readonly dimension: string;
  readonly zone: string;
}

export const NO_ZONE = 'none';

/** The problems that match, the most urgent first, those that are due soonest first among them. */
export function narrowed(problems: readonly Problem[], by: Narrowing, indicators: ReadonlyMap<string, Indicator>): Problem[] {
  const dimensionOf = (code: string): string => {
    const indicator = indicators.get(code);
    return indicator ? dimensionKey(indicator) : '';
  };
  return problems
    .filter(
      (problem) =>
        (by.urgency === '' || problem.urgency === by.urgency) &&
        (by.state === '' || problem.state === by.state) &&
        (by.dimension === '' || dimensionOf(problem.indicator) === by.dimension) &&
        (by.zone === '' || (problem.zone ?? NO_ZONE) === by.zone),
    )
    .sort((a, b) => URGENCIES.indexOf(a.urgency) - URGENCIES.indexOf(b.urgency) || Date.parse(a.due) - Date.parse(b.due) || a.id - b.id);
}

/** What people do with problems; the rest follows from values. */
export type Decision = Extract<ProblemDeed, 'confirm' | 'change' | 'dismiss'>;
export const DECISIONS: readonly Decision[] = ['confirm', 'change', 'dismiss'];

const FROM: Readonly<Record<Decision, readonly Problem['state'][]>> = {
  confirm: ['found', 'dismissed'],
  change: ['found', 'confirmed', 'dismissed'],
  dismiss: ['found', 'confirmed'],
};

/** Those of the problems with which a decision is possible. */
export const able = (problems: readonly Problem[], decision: Decision): Problem[] => problems.filter(({ state }) => FROM[decision].includes(state));

/** Problems by the version that was seen of each: the server takes one version with a deed. */
export function byVersion(problems: readonly Problem[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const { id, version } of problems) found.set(version, [...(found.get(version) ?? []), id]);
  return found;
}

/** Problems that stand, not dismissed and not gone: what a report lists. */
export const standingOf = (problems: readonly Problem[]): Problem[] => problems.filter(({ state }) => state === 'found' || state === 'confirmed');

/** How many there are of each urgency. */
export type Counts = Readonly<Record<Urgency, number>>;

/** Counts by what `of` names, in the order in which it is met first. */
export function countBy(problems: readonly Problem[], of: (problem: Problem) => string): ReadonlyMap<string, Counts> {
  const found = new Map<string, Counts>();
  for (const problem of problems) {
    const name = of(problem);
    const counts = found.get(name) ?? { urgent: 0, pressing: 0, ordinary: 0 };
    found.set(name, { ...counts, [problem.urgency]: counts[problem.urgency] + 1 });
  }
  return found;
}
