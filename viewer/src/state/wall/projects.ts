// Projects of renewal as a command centre follows them: how many are in which phase, for how much, and which are on
// notice or being built.
//
// In: the server's figures. Out: signals; null while nothing came yet. Called by the wall's panel while it is shown.
import { signal } from '@preact/signals-core';
import type { Phase } from '../../i18n/wall';
import { getProjectFigures, getProjects, type ProjectFigures, type ProjectState, type ProjectSummary } from '../../api/projects';
import { hearOfProjects, line } from '../live';

export const figures = signal<ProjectFigures | null>(null);
/** On notice or being built; those that end soonest first. */
export const running = signal<readonly ProjectSummary[]>([]);
/** Since when nothing new has come; null while all is well. */
export const brokenSince = signal<Date | null>(null);

/** What people call the phases of a project, with the states that each holds. */
export const PHASES = {
  review: ['declared', 'screened', 'assessed', 'verified'],
  notice: ['notice', 'noticed'],
  library: ['approved'],
  works: ['works', 'suspended'],
  done: ['completed', 'evaluated'],
} as const satisfies Readonly<Record<Phase, readonly ProjectState[]>>;

/** How often is asked again without the line, by which news come. */
const EVERY_MS = 60_000;
/** News that come together are looked into together. */
const GATHER_MS = 1000;
const MOST = 50;

/** Projects of each phase. */
export const byPhase = ({ states }: ProjectFigures): readonly (readonly [Phase, number])[] =>
  (Object.keys(PHASES) as Phase[]).map((phase) => [phase, PHASES[phase].reduce((sum, state) => sum + (states[state]?.projects ?? 0), 0)]);

/** What the projects that were confirmed are to cost and have cost; what is only wished for is no budget. */
export function confirmed({ states }: ProjectFigures): { readonly planned_fen: number; readonly spent_fen: number } {
  const of = (sum: (figure: ProjectFigures['total']) => number): number =>
    [...PHASES.library, ...PHASES.works, ...PHASES.done].reduce((all, state) => all + (states[state] ? sum(states[state]) : 0), 0);
  return { planned_fen: of(({ planned_fen }) => planned_fen), spent_fen: of(({ spent_fen }) => spent_fen) };
}

/** Until when a project is in the step that it is in; without a limit last. */
const due = ({ deadline }: ProjectSummary): number => (deadline ? Date.parse(deadline.due) : Infinity);

/** Follows what is told of projects until the returned function is called; asks again and again while nothing is told. */
export function watchProjects(): () => void {
  let current: AbortController | null = null;
  const look = async (): Promise<void> => {
    current?.abort();
    const stop = (current = new AbortController());
    try {
      const [all, page] = await Promise.all([getProjectFigures(stop.signal), getProjects(`state=notice,noticed,works,suspended&limit=${MOST}`, stop.signal)]);
      if (stop.signal.aborted) return;
      figures.value = all;
      running.value = [...page.projects].sort((a, b) => due(a) - due(b));
      brokenSince.value = null;
    } catch {
      if (!stop.signal.aborted) brokenSince.value ??= new Date();
    }
  };
  const timer = setInterval(() => {
    if (line.peek().state !== 'live' || brokenSince.peek()) void look();
  }, EVERY_MS);
  let soon: ReturnType<typeof setTimeout> | undefined;
  const heed = (): void => {
    soon ??= setTimeout(() => {
      soon = undefined;
      void look();
    }, GATHER_MS);
  };
  const deaf = hearOfProjects({ project: heed, anew: heed });
  void look();
  return () => {
    deaf();
    clearInterval(timer);
    clearTimeout(soon);
    current?.abort();
  };
}
