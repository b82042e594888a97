// The server's event stream.
//
// In: `GET /api/v1/events` (server-sent events). Out: typed calls into a handler. Called by
// state/live. The browser itself reconnects after a broken line and says where it stopped
// (Last-Event-ID); only a refused connection closes for good, and is opened anew here.
import { address } from './client';
import type { DisplayEvent } from './displays';
import type { Alarm, AlarmChangedEvent, DeviceEvent, DeviceRemovedEvent, DeviceView, ProjectChangedEvent, ProjectRemovedEvent, PublicationEvent, ReportChangedEvent, ReportRemovedEvent, SnapshotEvent } from './types';

export interface EventHandler {
  opened(): void;
  /** The line broke; a new attempt is under way. */
  lost(): void;
  snapshot(publication: string, devices: DeviceView[], alarms: Alarm[]): void;
  device(device: DeviceView): void;
  removed(id: string): void;
  alarm(alarm: Alarm): void;
  published(publication: string): void;
  /** A resident's report came in or changed (its version now), or may not be read any more (null). */
  report?(id: number, version: number | null): void;
  /** A project was begun or changed, or may not be read any more (null). */
  project?(id: number, event: ProjectChangedEvent | null): void;
  /** A display of a command centre was changed or switched; only walls ask. */
  display?(event: DisplayEvent): void;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15_000;

/** A stream that is listened to. */
export interface Listening {
  stop(): void;
  /** Begins anew: someone signed in or out. */
  reopen(): void;
}

export function listen(handler: EventHandler): Listening {
  let source: EventSource | null = null;
  let timer = 0;
  let wait_ms = FIRST_RETRY_MS;

  const open = (): void => {
    source?.close();
    source = new EventSource(address('/api/v1/events'));
    source.onopen = () => {
      wait_ms = FIRST_RETRY_MS;
      handler.opened();
    };
    source.onerror = () => {
      handler.lost();
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = window.setTimeout(open, wait_ms);
      wait_ms = Math.min(wait_ms * 2, LONGEST_RETRY_MS);
    };
    const on = (name: string, take: (data: unknown) => void): void =>
      source?.addEventListener(name, (event: MessageEvent<string>) => take(JSON.parse(event.data)));
    on('snapshot', (data) => {
      const { publication, devices, alarms } = data as SnapshotEvent;
      handler.snapshot(publication, devices, alarms ?? []);
    });
    on('device', (data) => handler.device((data as DeviceEvent).device));
    on('device-removed', (data) => handler.removed((data as DeviceRemovedEvent).id));
    on('alarm', (data) => handler.alarm((data as AlarmChangedEvent).alarm));
    on('publication', (data) => handler.published((data as PublicationEvent).publication));
    on('report', (data) => handler.report?.((data as ReportChangedEvent).id, (data as ReportChangedEvent).version));
    on('report-removed', (data) => handler.report?.((data as ReportRemovedEvent).id, null));
    on('project', (data) => handler.project?.((data as ProjectChangedEvent).id, data as ProjectChangedEvent));
    on('project-removed', (data) => handler.project?.((data as ProjectRemovedEvent).id, null));
    on('display', (data) => handler.display?.(data as DisplayEvent));
  };

  // A phone that wakes up, or finds its network again, need not wait for the timer.
  const wake = (): void => {
    if (document.visibilityState === 'visible' && source?.readyState === EventSource.CLOSED) open();
  };
  window.addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  open();
  const stop = (): void => {
    clearTimeout(timer);
    source?.close();
    window.removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', wake);
  };
  const reopen = (): void => {
    clearTimeout(timer);
    wait_ms = FIRST_RETRY_MS;
    open();
  };
  return { stop, reopen };
}
