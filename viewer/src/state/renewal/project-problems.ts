// Tasks of programming and problems of check-ups as the beginning of a project: where they are, and what they are.
//
// In: the address, the server's problems. Out: what a form begins with. Pure but for the questions.
import { getCheckUpProblem, type CheckUpProblem, type ProjectPlace } from '../../api/project-work';
import { getCheckUp, getIndicators, type Indicator } from '../../api/checkups';
import { tasks, type Task } from '../../api/programming';
import { ApiError } from '../../api/client';
import type { ProblemRef } from './project-plan';
import type { Route } from './route';

/** Most problems that an address names: each is a question to the server. */
const MOST = 50;

/** The problems that an address names: `?check_up=7&problems=17,18`. */
export function problemsOf(query: Route['query']): readonly ProblemRef[] {
  const number = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0);
  const check_up = number(query.get('check_up') ?? '');
  const problems = [...new Set((query.get('problems') ?? '').split(',').map(number))].filter((problem) => problem > 0);
  return check_up === 0 ? [] : problems.slice(0, MOST).map((problem) => ({ check_up, problem }));
}

/** What the server tells of problems; those that one may not see, or that are not there, are left out. */
export const askProblems = (refs: readonly ProblemRef[], signal?: AbortSignal): Promise<readonly CheckUpProblem[]> => known(refs.map(({ check_up, problem }) => getCheckUpProblem(check_up, problem, signal)));

async function known<T>(asked: readonly Promise<T>[]): Promise<readonly T[]> {
  const answers = asked.map((answer) =>
    answer.catch((error: unknown) => {
      if (error instanceof ApiError && (error.failure === 'missing' || error.failure === 'denied') && error.status !== 503) return null;
      throw error;
    }),
  );
  return (await Promise.all(answers)).filter((answer): answer is Awaited<T> & T => answer !== null);
}

/** The tasks of programming that an address names; those that one may not see, or that are not there, are left out. */
export const askTasks = (ids: readonly number[], signal?: AbortSignal): Promise<readonly Task[]> => known(ids.slice(0, MOST).map(async (id) => (await tasks.one(id, signal)).row.task));

/** What the indicators of problems are called, by code: in the catalogue that their check-up goes by. */
export async function askNames(problems: readonly CheckUpProblem[], signal?: AbortSignal): Promise<ReadonlyMap<string, Indicator['name']>> {
  const checkUps = [...new Set(problems.map(({ check_up }) => check_up))];
  const lists = await Promise.all(checkUps.map(async (id) => getIndicators((await getCheckUp(id, signal)).check_up.catalogue, signal)));
  return new Map(lists.flat().map(({ code, name }) => [code, name]));
}

/** Zones and places of problems, each once. What concerns a zone or all of the community is no place of its own. */
export function whereOf(problems: readonly CheckUpProblem[]): { readonly zones: readonly string[]; readonly places: readonly ProjectPlace[] } {
  const zones = new Set(problems.flatMap(({ zone }) => zone ?? []));
  const objects = new Set(problems.map(({ object }) => object).filter((id) => !/^(zone|community)\//.test(id)));
  return { zones: [...zones], places: [...objects].map((object) => ({ type: 'object', object })) };
}
