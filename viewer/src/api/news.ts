// What the server tells of projects, for pages that follow nothing else of it.
//
// In: `GET /api/v1/events?topic=projects`. Out: calls to those who follow. One stream serves all of a page, and only while
// the page is looked at: a phone in a pocket holds no connection. Where there is no stream, they are told to ask anew now
// and then.
import { address } from './client';
import type { ProjectChangedEvent, ProjectRemovedEvent } from './types';

export interface ProjectFollower {
  /** One was begun or changed (its version now), or may not be read any more (null). */
  project(id: number, version: number | null): void;
  /** Something may have been missed. */
  anew(): void;
}

/** After this long without a stream it is tried again, and asked without it. */
const WITHOUT_MS = 60_000;
/** News that come together are looked into together. */
const GATHER_MS = 150;

const followers = new Set<ProjectFollower>();
let source: EventSource | null = null;
/** The last event that was seen, also by those who followed before: what has happened since is told, and nothing asked twice. */
let last = '';
let timer = 0;

const anew = (): void => followers.forEach((follower) => follower.anew());

function close(): void {
  source?.close();
  source = null;
  clearTimeout(timer);
}

function open(): void {
  if (source || followers.size === 0 || document.visibilityState !== 'visible') return;
  clearTimeout(timer);
  const stream = (source = new EventSource(address(`/api/v1/events?topic=projects${last === '' ? '' : `&last_event_id=${encodeURIComponent(last)}`}`)));
  const on = (name: string, take: (data: unknown) => void): void =>
    stream.addEventListener(name, (event: MessageEvent<string>) => {
      last = event.lastEventId;
      take(JSON.parse(event.data));
    });
  on('snapshot', anew);
  on('project', (data) => {
    const { id, version } = data as ProjectChangedEvent;
    followers.forEach((follower) => follower.project(id, version));
  });
  on('project-removed', (data) => {
    const { id } = data as ProjectRemovedEvent;
    followers.forEach((follower) => follower.project(id, null));
  });
  let broken = false;
  stream.onopen = () => {
    // Nothing may have happened meanwhile, but who asked meanwhile had no answer.
    if (broken) anew();
    broken = false;
  };
  stream.onerror = () => {
    broken = true;
    // A broken line is mended by the browser; one that was refused is closed for good.
    if (stream.readyState !== EventSource.CLOSED || source !== stream) return;
    close();
    timer = window.setTimeout(() => {
      anew();
      open();
    }, WITHOUT_MS);
  };
}

const look = (): void => (document.visibilityState === 'visible' ? open() : close());

/** Follows until the returned function is called. */
export function followProjects(follower: ProjectFollower): () => void {
  if (followers.size === 0) document.addEventListener('visibilitychange', look);
  followers.add(follower);
  open();
  return () => {
    followers.delete(follower);
    if (followers.size > 0) return;
    document.removeEventListener('visibilitychange', look);
    close();
  };
}

/** Calls a little later, once for all calls until then; `spread_ms` keeps a thousand pages from asking in one moment. */
export function gathered(call: () => void, spread_ms: number): { readonly soon: () => void; readonly stop: () => void } {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return {
    soon: () => {
      waiting ??= setTimeout(
        () => {
          waiting = undefined;
          call();
        },
        GATHER_MS + Math.random() * spread_ms,
      );
    },
    stop: () => clearTimeout(waiting),
  };
}
