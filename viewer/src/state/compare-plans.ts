// Alternatives of a project of renewal as sides of the comparison: those that name a model or a survey of the publication.
//
// In: the project that is chosen, its alternatives at the server, scenes of the publication. Out: what a side would show. Fetched with the card.
import { effect, signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { getProject, type Project } from '../api/projects';
import { account } from './account';
import { withSource, type Side } from './compare';
import type { Model } from './models';

export type Alternative = NonNullable<Project['plan']['alternatives']>[number];

/** The project whose alternatives can be chosen. */
export const planProject = signal<number | null>(null);
export const alternatives = signal<readonly Alternative[] | 'asking' | 'gone' | 'failed'>([]);

/** What a side shows with an alternative in it; null where that names nothing of the publication. */
export function sideWith(of: Side, { model }: Pick<Alternative, 'model'>, all: readonly Model[], surveys: readonly { readonly id: string }[]): Partial<Side> | null {
  if (model?.type !== 'scene') return null;
  const source = all.find(({ scenes }) => scenes.some(({ id }) => id === model.scene))?.source;
  if (source !== undefined) return { models: of.models.has(source) ? of.models : withSource(all, of.models, source) };
  return surveys.some(({ id }) => id === model.scene) ? { survey: model.scene } : null;
}

/** Whether a side shows an alternative. */
export function shows(of: Side, { model }: Pick<Alternative, 'model'>, all: readonly Model[]): boolean {
  if (model?.type !== 'scene') return false;
  return of.survey === model.scene || all.some(({ source, scenes }) => of.models.has(source) && scenes.some(({ id }) => id === model.scene));
}

/** Reading a signal in the call is what makes its changes count. */
const heed = (_changed: unknown): void => undefined;

/** Asks for the alternatives of the chosen project until the returned function is called; anew for whoever signs in. */
export const startPlans = (): (() => void) =>
  effect(() => {
    const id = planProject.value;
    heed(account.value);
    let stopped = false;
    const put = (next: typeof alternatives.value): void => {
      if (!stopped) alternatives.value = next;
    };
    put(id === null ? [] : 'asking');
    if (id !== null) {
      getProject(id).then(
        ({ project }) => put(project.plan.alternatives ?? []),
        (error: unknown) => put(error instanceof ApiError && error.status === 404 ? 'gone' : 'failed'),
      );
    }
    return () => void (stopped = true);
  });
