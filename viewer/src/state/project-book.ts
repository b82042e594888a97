// Keeps the projects of the scene as they are at the server, and reads the one that is looked at.
//
// In: the server's answers; the selection; who is signed in. Out: `projects`, whether they are known, `openedProject`.
// Started once, with the first that wants them; follows what the server tells of their changes, and asks again where
// something may have been missed.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { getAllProjects } from '../api/project-work';
import { getProject, type ProjectDetail, type ProjectSummary } from '../api/projects';
import type { ProjectChangedEvent } from '../api/types';
import { account } from './account';
import { hearOfProjects, line } from './live';
import { onGround } from './project-ground';
import { projects, projectsShown, stagesThen } from './projects';
import { selection } from './selection';
import { buildings } from './session';

/** How often is asked again without the line, by which news come. */
const EVERY_MS = 60_000;
/** News that come together are looked into together. */
const GATHER_MS = 120;
/** After this long a project that could not be read is read again; after twice as long each further time, up to the last. */
const AGAIN_MS = 3000;
const AGAIN_MOST_MS = 60_000;
/** No server means a longer wait than this; and timers of browsers end at once beyond some weeks. */
const WAIT_MOST_MS = 3_600_000;
/** Up to so many projects are read one by one; for more, the list is asked for. */
const SINGLY_MOST = 6;
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

/** What was told of single projects while a question for all is on its way; null: not to be read any more. */
type Since = Map<number, ProjectSummary | null>;
let waiting: Since | null = null;

/** Asks for all; an answer that a later question has overtaken is dropped. */
async function refresh(): Promise<void> {
  const since: Since = new Map();
  waiting = since;
  try {
    const all = new Map((await getAllProjects({}, MOST)).projects.map((project) => [project.id, project]));
    if (waiting !== since) return;
    waiting = null;
    // The list may have been read before them.
    for (const [id, project] of since) put(all, id, project);
    batch(() => {
      if (differs(all)) told.value = all;
      projectsStanding.value = 'known';
    });
  } catch (error) {
    if (waiting !== since) return;
    waiting = null;
    projectsStanding.value = error instanceof ApiError && error.failure === 'denied' ? 'denied' : 'unreachable';
  }
}

function put(all: Map<number, ProjectSummary>, id: number, project: ProjectSummary | null): void {
  if (project === null) all.delete(id);
  else if ((all.get(id)?.version ?? 0) <= project.version) all.set(id, project);
}

/** Takes over what was told of one project. */
function take(id: number, project: ProjectSummary | null): void {
  waiting?.set(id, project);
  if (project === null && !told.peek().has(id)) return;
  const all = new Map(told.peek());
  put(all, id, project);
  told.value = all;
}

const summaryOf = ({ project: { plan, ...project } }: ProjectDetail, bounds: ProjectChangedEvent['bounds']): ProjectSummary => ({
  id: project.id,
  name: plan.name,
  kind: plan.kind,
  level: plan.level,
  zones: project.zones ?? [],
  bounds: bounds ?? null,
  state: project.state,
  deadline: project.deadline ?? null,
  urge: project.urge ?? 'none',
  planned_fen: plan.budget?.planned_fen ?? 0,
  spent_fen: project.spent_fen ?? 0,
  progress_percent: project.progress_percent ?? 0,
  notice: project.notice ?? null,
  voices: project.voices ?? { given: 0, opinions_open: 0, complaints_open: 0 },
  changed_at: project.changed_at,
  version: project.version,
});

const heard = new Map<number, ProjectChangedEvent>();
/** The last reading of each project that is under way; what an earlier one brings is dropped. */
const readings = new Map<number, symbol>();
/** What could not be read: the last pause, and what is read after it; null once it is over. */
interface Later {
  readonly pause_ms: number;
  event: ProjectChangedEvent | null;
}
const again = new Map<number, Later>();

/** Whether anyone looks at projects. */
const wanted = computed(() => projectsShown.value || stagesThen.value !== null || projectsAlsoWanted.value || openedProjectId.value !== null);

/** Notes that a project is another one now, and reads it a moment later; or forgets it, if it may not be read any more. */
export function hear(id: number, event: ProjectChangedEvent | null): void {
  if (!wanted.peek()) return;
  if (event === null) {
    for (const noted of [heard, readings, again]) noted.delete(id);
    take(id, null);
    if (id === openedProjectId.peek()) openedProject.value = 'gone';
    return;
  }
  if (isKnown(id, event)) return;
  const later = again.get(id);
  // Nothing is asked before the pause is over.
  if (later?.event) return void (later.event = newer(later.event, event));
  if (heard.size === 0) setTimeout(lookInto, GATHER_MS);
  heard.set(id, newer(heard.get(id), event));
}

const isKnown = (id: number, { version }: ProjectChangedEvent): boolean => (told.peek().get(id)?.version ?? 0) >= version;

const newer = (one: ProjectChangedEvent | undefined, other: ProjectChangedEvent): ProjectChangedEvent => (one && one.version > other.version ? one : other);

function lookInto(): void {
  const news = [...heard];
  heard.clear();
  if (news.length > SINGLY_MOST) void refresh();
  else
    for (const [id, event] of news) readOne(id, event);
}

/** Reads one that was told of; what cannot be read is read again later. */
function readOne(id: number, event: ProjectChangedEvent): void {
  const mine = Symbol();
  readings.set(id, mine);
  /** Unless it was told of again meanwhile, or has left one's sight. */
  const done = (then: () => void): void => {
    if (readings.get(id) !== mine) return;
    readings.delete(id);
    then();
  };
  const ended = (project: ProjectSummary | null): void => {
    again.delete(id);
    take(id, project);
  };
  getProject(id).then(
    (detail) => done(() => ended(summaryOf(detail, event.bounds))),
    (error: unknown) => done(() => (isGone(error) ? ended(null) : readLater(id, event, error))),
  );
}

/** Reads one again after a pause: longer each time, and no shorter than the server says. */
function readLater(id: number, event: ProjectChangedEvent, error: unknown): void {
  const pause_ms = Math.min((again.get(id)?.pause_ms ?? AGAIN_MS / 2) * 2, AGAIN_MOST_MS);
  const wait_ms = error instanceof ApiError ? Math.min((error.wait_s ?? 0) * 1000, WAIT_MOST_MS) : 0;
  const mine: Later = { pause_ms, event };
  again.set(id, mine);
  setTimeout(() => {
    const next = mine.event;
    if (again.get(id) !== mine || !next) return;
    mine.event = null;
    // Whoever sees the page again has all of them read anew.
    if (isKnown(id, next) || document.visibilityState !== 'visible') again.delete(id);
    else hear(id, next);
  }, Math.max(pause_ms, wait_ms));
}

/** Whether there is nothing to read, for whoever is signed in. */
const isGone = (error: unknown): boolean => error instanceof ApiError && (error.status === 404 || error.failure === 'denied');

let reading = 0;

/** Reads the project that is looked at anew. */
export async function readProject(id: number): Promise<void> {
  const mine = ++reading;
  const put = (next: ProjectDetail | 'gone' | 'failed'): void => {
    if (mine === reading) openedProject.value = next;
  };
  await getProject(id).then(put, (error: unknown) => {
    const gone = isGone(error);
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
  const look = (): void => {
    if (!wanted.peek() || document.visibilityState !== 'visible') return;
    void refresh();
  };
  setInterval(() => {
    if (line.peek().state !== 'live' || projectsStanding.peek() === 'unreachable') look();
  }, EVERY_MS);
  hearOfProjects({ project: hear, anew: look });
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
