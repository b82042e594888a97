// Projects of renewal as a command centre follows them: how many are in which phase, for how much, and which are on
// notice or being built.
//
// In: the server's figures. Out: signals; null while nothing came yet. Filled by `projects-watch.ts`.
import { signal } from '@preact/signals-core';
import type { Phase } from '../../i18n/wall';
import type { ProjectFigures, ProjectState, ProjectSummary } from '../../api/projects';

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

/** Projects of each phase. */
export const byPhase = ({ states }: ProjectFigures): readonly (readonly [Phase, number])[] =>
  (Object.keys(PHASES) as Phase[]).map((phase) => [phase, PHASES[phase].reduce((sum, state) => sum + (states[state]?.projects ?? 0), 0)]);

/** What the projects that were confirmed are to cost and have cost; what is only wished for is no budget. */
export function confirmed({ states }: ProjectFigures): { readonly planned_fen: number; readonly spent_fen: number } {
  const of = (sum: (figure: ProjectFigures['total']) => number): number =>
    [...PHASES.library, ...PHASES.works, ...PHASES.done].reduce((all, state) => all + (states[state] ? sum(states[state]) : 0), 0);
  return { planned_fen: of(({ planned_fen }) => planned_fen), spent_fen: of(({ spent_fen }) => spent_fen) };
}
