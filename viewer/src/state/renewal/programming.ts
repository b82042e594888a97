// What the pages of programming reckon: what a list is narrowed to, when a task is done, how much of a resource is left.
//
// In: the address, members of lists. Out: questions to the server, values. Pure.
import type { Amount, Resource, ResourceRow, Task } from '../../api/programming';
import type { ProblemRef } from './project-plan';
import type { Route } from './route';

export type ListName = 'resources' | 'needs' | 'tasks';

/** What one narrows to, by the keys of the address, which are those of the server. */
export const FILTERS: Readonly<Record<ListName, readonly string[]>> = {
  resources: ['text', 'state', 'kind', 'used_by', 'zone'],
  needs: ['text', 'state', 'kind', 'urgency', 'group', 'source', 'zone', 'report'],
  tasks: ['text', 'state', 'kind', 'level', 'urgency', 'zone', 'report', 'need', 'resource', 'check_up', 'problem', 'project'],
};

/** Conditions that the tables of lists know, too. */
const TABLE: readonly string[] = ['state', 'kind', 'level', 'urgency', 'zone'];

/** What of the address the server is asked with. */
export function questionOf(list: ListName, query: Route['query']): Record<string, string> {
  return Object.fromEntries(
    FILTERS[list].flatMap((key) => {
      const value = query.get(key)?.trim() ?? '';
      return value === '' ? [] : [[key, value] as const];
    }),
  );
}

/** The table of what is narrowed to, and whether it leaves conditions out. */
export function tableOf(list: ListName, query: Route['query']): { readonly path: string; readonly ignores: boolean } {
  const question = Object.entries(questionOf(list, query));
  const kept = question.filter(([key]) => TABLE.includes(key));
  return { path: `/api/v1/exports/${list}.csv?${new URLSearchParams([...kept, ['bom', 'true']]).toString()}`, ignores: kept.length < question.length };
}

/** Numbers that an address names, each once: `3,4`. */
export const numbersOf = (text: string | undefined): number[] => [...new Set((text ?? '').split(',').map((one) => (/^\d{1,15}$/.test(one) ? Number(one) : 0)))].filter((one) => one > 0);

/** A quarter or a month in its parts; null if it is neither. */
export function periodOf(text: string): { readonly year: string; readonly quarter: string } | { readonly year: string; readonly month: string } | null {
  const [, year, quarter, month] = /^(\d{4})-(?:Q([1-4])|(0[1-9]|1[0-2]))$/.exec(text) ?? [];
  if (year === undefined) return null;
  return quarter === undefined ? { year, month: month ?? '' } : { year, quarter };
}

/** The first month of a quarter or month, and its last, counted from the year 0. */
function monthsOf(text: string): readonly [first: number, last: number] | null {
  const period = periodOf(text);
  if (!period) return null;
  const year = Number(period.year) * 12;
  if ('month' in period) return [year + Number(period.month) - 1, year + Number(period.month) - 1];
  const first = year + 3 * (Number(period.quarter) - 1);
  return [first, first + 2];
}

/** Whether something that begins and ends so would end before it begins. */
export function endsFirst(first: string, last: string): boolean {
  const [begin, end] = [monthsOf(first), monthsOf(last)];
  return begin !== null && end !== null && end[1] < begin[0];
}

/** Quarters to choose from, beginning with that of a day. */
export function quartersFrom(day: string, count: number): string[] {
  const first = Number(day.slice(0, 4)) * 4 + Math.floor((Number(day.slice(5, 7)) - 1) / 3);
  return Array.from({ length: count }, (_, at) => `${Math.floor((first + at) / 4)}-Q${((first + at) % 4) + 1}`);
}

/** How much of a resource is left; null where it is not measured. */
export function leftOf({ resource, drawn }: Pick<ResourceRow, 'resource' | 'drawn'>): Amount | null {
  const amount = resource.plan.amount ?? null;
  if (amount === null) return null;
  if (amount.type === 'money') return { type: 'money', fen: Math.max(0, amount.fen - (drawn?.type === 'money' ? drawn.fen : 0)) };
  return { ...amount, value: Math.max(0, amount.value - (drawn?.type === 'measure' ? drawn.value : 0)) };
}

/** Problems by what names them, for looking up. */
export const refKey = ({ check_up, problem }: ProblemRef): string => `${check_up}/${problem}`;

/** The tasks that problems are in, by problem: dropped ones have given theirs back. */
export function tasksByProblem(tasks: readonly Task[]): ReadonlyMap<string, Task> {
  return new Map(tasks.filter(({ state }) => state !== 'dropped').flatMap((task) => (task.plan.problems ?? []).map((ref) => [refKey(ref), task] as const)));
}

/** Resources that a task can still draw on. */
export const canBeDrawn = ({ state }: Resource): boolean => state === 'available' || state === 'committed';
