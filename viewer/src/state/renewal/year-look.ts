// What the report of a year asks the server.
//
// In: the year. Out: projects with their evaluations, check-ups with what became of things, and whether problems that
// works were to solve were still there when someone looked again.
import { getChanges, getCheckUp, getCheckUps, getProblemsAt, getValues, getValuesOf, type CheckUp, type CheckUpDetail, type Indicator, type IndicatorValue, type Problem } from '../../api/checkups';
import { inTurn } from '../../api/in-turn';
import { getAllProjects, getCheckUpProblem } from '../../api/project-work';
import { getProject, getProjectFigures, type Project, type ProjectFigures } from '../../api/projects';

/** Projects of the library that are asked for one by one: lists do not tell of evaluations. */
const MOST_PROJECTS = 300;
/** Problems that are looked for in later check-ups. */
const MOST_PROBLEMS = 100;

export interface ProjectsSeen {
  readonly figures: ProjectFigures;
  /** Those of the library, from the confirmation on. */
  readonly library: readonly Project[];
  /** How many more there are that were not looked at. */
  readonly left: number;
}

export async function lookAtProjects(signal: AbortSignal): Promise<ProjectsSeen> {
  const [figures, { projects, total }] = await Promise.all([getProjectFigures(signal), getAllProjects({ state: 'library' }, MOST_PROJECTS, signal)]);
  // What is built comes first: it is what a year is judged by.
  const built = (state: string): number => Number(state === 'completed' || state === 'evaluated');
  const asked = [...projects].sort((a, b) => built(b.state) - built(a.state)).slice(0, MOST_PROJECTS);
  const details = await inTurn(asked, ({ id }) => getProject(id), signal);
  return { figures, library: details.map(({ project }) => project), left: total - details.length };
}

/** A check-up beside the one before it. */
export interface CheckUpSeen {
  readonly detail: CheckUpDetail;
  readonly before: CheckUp | null;
  readonly changes: Awaited<ReturnType<typeof getChanges>>;
  /** What the server computed, or people gave in its place, by the code of an indicator that can be computed. */
  readonly computed: ReadonlyMap<string, readonly IndicatorValue[]>;
}

/** Check-ups that have come to problems have something to say of a year. */
const TOLD: readonly CheckUp['state'][] = ['review', 'concluded'];

/** Check-ups of a year, the first of it first; `catalogueOf` gives the indicators of each. */
export async function lookAtCheckUps(year: number, catalogueOf: (checkUp: CheckUp) => Promise<readonly Indicator[]>, signal: AbortSignal): Promise<{ readonly seen: readonly CheckUpSeen[]; readonly others: readonly CheckUp[] }> {
  const { check_ups } = await getCheckUps(`year=${year}&limit=1000`, signal);
  const ordered = check_ups.filter(({ state }) => state !== 'cancelled').sort((a, b) => a.cycle - b.cycle || a.id - b.id);
  const told = ordered.filter(({ state }) => TOLD.includes(state));
  return { seen: await inTurn(told, (checkUp) => lookAtOne(checkUp, catalogueOf, signal), signal), others: ordered.filter(({ state }) => !TOLD.includes(state)) };
}

async function lookAtOne(checkUp: CheckUp, catalogueOf: (checkUp: CheckUp) => Promise<readonly Indicator[]>, signal: AbortSignal): Promise<CheckUpSeen> {
  const [detail, before, indicators] = await Promise.all([getCheckUp(checkUp.id, signal), beforeOf(checkUp, signal), catalogueOf(checkUp)]);
  const changes = before ? await getChanges(checkUp.id, before.id, signal) : [];
  const codes = indicators.filter((indicator) => indicator.computed).map(({ code }) => code);
  const values = await inTurn(codes, (code) => getValuesOf(checkUp.id, code, signal), signal);
  return { detail, before, changes, computed: new Map(codes.map((code, at) => [code, values[at] ?? []])) };
}

/** The one that it follows, else the last that was concluded before it. */
async function beforeOf({ id, follows }: CheckUp, signal: AbortSignal): Promise<CheckUp | null> {
  if (typeof follows === 'number') return (await getCheckUp(follows, signal)).check_up;
  return (await getCheckUps(`state=concluded&before=${id}&limit=1`, signal)).check_ups[0] ?? null;
}

/** A problem that works were to solve, and what the first check-up after them found. */
export interface LookedAgain {
  readonly project: Project;
  readonly problem: Problem;
  readonly foundIn: CheckUp | null;
  /** The check-up that looked again; null if none has yet. */
  readonly again: CheckUp | null;
  readonly value: number | null;
  readonly result: 'solved' | 'stands' | 'unseen';
}

/** Looks again at what finished projects were to solve; `left` problems of theirs were not looked for. */
export async function lookAgain(finished: readonly Project[], signal: AbortSignal): Promise<{ readonly rows: readonly LookedAgain[]; readonly left: number }> {
  const asked = finished.flatMap((project) => (project.plan.problems ?? []).map((of) => ({ project, ...of })));
  if (asked.length === 0) return { rows: [], left: 0 };
  const { check_ups } = await getCheckUps('limit=1000', signal);
  const rows = await inTurn(
    asked.slice(0, MOST_PROBLEMS),
    async ({ project, check_up, problem: number }): Promise<LookedAgain> => {
      const problem = await getCheckUpProblem(check_up, number, signal);
      const found = await seenAfter(problem, later(check_ups, project), signal);
      return { project, problem, foundIn: check_ups.find(({ id }) => id === check_up) ?? null, ...found };
    },
    signal,
  );
  return { rows, left: asked.length - rows.length };
}

/** Check-ups that came to problems after a project was built, the first of them first. */
const later = (checkUps: readonly CheckUp[], { completed_at }: Project): CheckUp[] =>
  checkUps
    .filter(({ state, reviewed_at }) => TOLD.includes(state) && Date.parse(reviewed_at ?? '') > Date.parse(completed_at ?? ''))
    .sort((a, b) => a.id - b.id);

/** The first of some check-ups that assessed the indicator of a problem where it was found. */
async function seenAfter({ indicator, object }: Problem, checkUps: readonly CheckUp[], signal: AbortSignal): Promise<Pick<LookedAgain, 'again' | 'value' | 'result'>> {
  for (const again of checkUps) {
    const value = (await getValues(again.id, object, signal)).find((one) => one.indicator === indicator)?.value;
    if (value === undefined) continue;
    const problems = await getProblemsAt(again.id, indicator, object, signal);
    const stands = problems.some(({ state }) => state === 'found' || state === 'confirmed');
    return { again, value, result: stands ? 'stands' : 'solved' };
  }
  return { again: null, value: null, result: 'unseen' };
}
