// The line to the server: is what is on screen the present?
//
// In: the event stream. Out: `line`, and calls into devices, alarms and session. Started by app.
import { signal } from '@preact/signals-core';
import { listen, type EventHandler, type Listening } from '../api/events';
import type { ProjectChangedEvent } from '../api/types';
import { changeAlarm, resetAlarms } from './alarms';
import { changeDevice, resetDevices } from './devices';
import { published, reachable } from './session';

/** The state of the line, and since when there has been no news if it is broken. */
export interface Line {
  readonly state: 'connecting' | 'live' | 'reconnecting';
  readonly brokenSince: Date | null;
}

export const line = signal<Line>({ state: 'connecting', brokenSince: null });

/** Who wants to hear of residents' reports: one that changed, one that may not be read any more, or all anew. */
export interface ReportNews {
  changed(id: number, version: number): void;
  removed(id: number): void;
  anew(): void;
}
let reportNews: ReportNews | null = null;
export const hearOfReports = (news: ReportNews): void => void (reportNews = news);

/** Who wants to hear of projects: of one, as it is or not to be read any more (null), or of all anew. */
export interface ProjectNews {
  project(id: number, event: ProjectChangedEvent | null): void;
  anew(): void;
}
const projectNews = new Set<ProjectNews>();
/** Tells of projects until the returned function is called. */
export function hearOfProjects(news: ProjectNews): () => void {
  projectNews.add(news);
  return () => projectNews.delete(news);
}

let listening: Listening | null = null;

/** Begins the stream anew, as whoever is signed in now. */
export const reopen = (): void => listening?.reopen();

/** Listens until the returned function is called; `more` hears what only some pages ask for. */
export function startLive(more: Pick<EventHandler, 'display'> = {}): () => void {
  listening = listen({
    ...more,
    opened: () => {
      line.value = { state: 'live', brokenSince: null };
      reachable();
    },
    lost: () => {
      const { state, brokenSince } = line.peek();
      if (state === 'connecting') return;
      line.value = { state: 'reconnecting', brokenSince: brokenSince ?? new Date() };
    },
    snapshot: (version, list, open) => {
      resetDevices(list);
      resetAlarms(open);
      published(version);
      // A snapshot has no reports and projects: what was missed of them is not told again.
      reportNews?.anew();
      projectNews.forEach((news) => news.anew());
    },
    report: (id, version) => (version === null ? reportNews?.removed(id) : reportNews?.changed(id, version)),
    project: (id, event) => projectNews.forEach((news) => news.project(id, event)),
    device: (device) => changeDevice(device.id, device),
    removed: (id) => changeDevice(id, null),
    alarm: changeAlarm,
    published,
  });
  return () => listening?.stop();
}
