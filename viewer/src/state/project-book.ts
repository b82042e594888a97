// Keeps the projects of the scene as they are at the server, and reads the one that is looked at.
//
// In: the server's answers; the selection; who is signed in. Out: `projects`, whether they are known, `openedProject`.
// Started once, with the first that wants them; asks again while someone looks, since nothing tells of their changes.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { getAllProjects } from '../api/project-work';
import { getProject, type ProjectDetail, type ProjectSummary } from '../api/projects';
import { account } from './account';
import { onGround } from './project-ground';
import { projects, projectsShown, stagesThen } from './projects';
import { selection } from './selection';
import { buildings } from './session';

const EVERY_MS = 60_000;
/** More than this are no picture that anybody reads; the rest is found on the pages of projects. */
const MOST = 5000;

export type Standing = 'asking' | 'known' | 'unreachable' | 'denied';
export const projectsStanding = signal<Standing>('asking');

/** Whether something besides the scene and the sheet asks for them. */
export const projectsAlsoWanted = signal(false);

export const openedProjectId = computed(() => (selection.value?.type === 'project' ? Number(selection.value.id) : null));
export const openedProject = signal<ProjectDetail | 'asking' | 'gone' | 'failed'>('asking');

/** As the server tells them. */
const told = signal<ReadonlyMap<number, ProjectSummary>>(new Map());

const differs = (next: ReadonlyMap<number, ProjectSummary>): boolean => {
  const now = told.peek();
  return now.size !== next.size || [...next].some(([id, { version, voices }]) => now.get(id)?.version !== version || now.get(id)?.voices.given !== voices.given);
};

let asked = 0;

/** Asks for all; an answer that a later question has overtaken is dropped. */
async function refresh(): Promise<void> {
  const mine = ++asked;
  try {
    const all = new Map((await getAllProjects({}, MOST)).projects.map((project) => [project.id, project]));
    if (mine !== asked) return;
    batch(() => {
      if (differs(all)) told.value = all;
      projectsStanding.value = 'known';
    });
  } catch (error) {
    if (mine !== asked) return;
    projectsStanding.value = error instanceof ApiError && error.failure === 'denied' ? 'denied' : 'unreachable';
  }
}

let reading = 0;

/** Reads the project that is looked at anew. */
export async function readProject(id: number): Promise<void> {
  const mine = ++reading;
  const put = (next: ProjectDetail | 'gone' | 'failed'): void => {
    if (mine === reading) openedProject.value = next;
  };
  await getProject(id).then(put, (error: unknown) => {
    const gone = error instanceof ApiError && (error.status === 404 || error.failure === 'denied');
    // What was read before is better than nothing while the server is away.
    if (gone || typeof openedProject.peek() === 'string') put(gone ? 'gone' : 'failed');
  });
}

let started = false;

/** Reading signals in the call is what makes their changes count. */
const heed = (..._changed: unknown[]): void => undefined;

/** Runs for the life of the page. */
export function startProjectBook(): void {
  if (started) return;
  started = true;
  const wanted = computed(() => projectsShown.value || stagesThen.value !== null || projectsAlsoWanted.value || openedProjectId.value !== null);
  const look = (): void => {
    if (!wanted.peek() || document.visibilityState !== 'visible') return;
    void refresh();
  };
  setInterval(look, EVERY_MS);
  document.addEventListener('visibilitychange', look);
  effect(() => {
    projects.value = new Map([...told.value].map(([id, project]) => [id, { ...project, bounds: onGround(project.bounds, buildings.value) }]));
  });
  const who = computed(() => account.value?.user?.name ?? '');
  // Whoever signs in or out may read others.
  effect(() => {
    heed(who.value);
    if (wanted.value) queueMicrotask(look);
  });
  effect(() => {
    if (openedProjectId.value !== null) openedProject.value = 'asking';
  });
  const known = computed(() => {
    const one = projects.value.get(openedProjectId.value ?? -1);
    return one ? `${one.version} ${one.voices.given}` : '';
  });
  effect(() => {
    const id = openedProjectId.value;
    // Read again by whoever signs in, and when the list tells of a change.
    heed(who.value, known.value);
    if (id !== null) queueMicrotask(() => void readProject(id));
  });
}
