// Projects of renewal, as far as whoever looks may read them.
//
// In: what keeps them, which asks the server. Out: signals for the scene, the layer tree and the panels.
// Small on purpose: a first visit has it, what fills it comes when projects are wanted.
import { signal } from '@preact/signals-core';
import type { ProjectSummary } from '../api/projects';
import type { Stage } from './project-looks';

export const projects = signal<ReadonlyMap<number, ProjectSummary>>(new Map());
/** Whether they stand in the scene. */
export const projectsShown = signal(false);
/** Whether an address named a project but no place to look from: then it is flown to once it is known where it is. */
export const projectSought = signal(false);
/** While the scene shows another day: how far those are that have something on it; then they stand in the scene, whatever is shown besides. */
export const stagesThen = signal<ReadonlyMap<number, Stage> | null>(null);
