import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** A stream as the browser has it; tests speak for the server. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2;
  static readonly opened: FakeSource[] = [];
  readyState = 1;
  onerror: (() => void) | null = null;
  onopen: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    FakeSource.opened.push(this);
  }
  close(): void {
    this.readyState = FakeSource.CLOSED;
  }
  tell(name: string, id: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId: id }));
  }
  refuse(): void {
    this.readyState = FakeSource.CLOSED;
    this.onerror?.();
  }
}

let news: typeof import('./news');
let seen: { visibilityState: string; listeners: Set<() => void> };

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  FakeSource.opened.length = 0;
  seen = { visibilityState: 'visible', listeners: new Set() };
  vi.stubGlobal('EventSource', FakeSource);
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('document', {
    baseURI: 'http://127.0.0.1/renewal',
    get visibilityState() {
      return seen.visibilityState;
    },
    addEventListener: (_: string, listener: () => void) => seen.listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => seen.listeners.delete(listener),
  });
  news = await import('./news');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const show = (state: string): void => {
  seen.visibilityState = state;
  seen.listeners.forEach((listener) => listener());
};
const follower = () => ({ project: vi.fn(), anew: vi.fn() });

test('one stream serves all of a page and ends with the last that follows', () => {
  const [one, two] = [follower(), follower()];
  const stops = [news.followProjects(one), news.followProjects(two)];
  expect(FakeSource.opened.map(({ url }) => url)).toEqual(['http://127.0.0.1/api/v1/events?topic=projects']);
  FakeSource.opened[0]?.tell('snapshot', 'run-1', {});
  FakeSource.opened[0]?.tell('project', 'run-2', { id: 7, version: 3 });
  FakeSource.opened[0]?.tell('project-removed', 'run-3', { id: 7 });
  for (const each of [one, two]) {
    expect(each.anew).toHaveBeenCalledTimes(1);
    expect(each.project.mock.calls).toEqual([[7, 3], [7, null]]);
  }
  stops[0]?.();
  expect(FakeSource.opened[0]?.readyState).toBe(1);
  stops[1]?.();
  expect([FakeSource.opened[0]?.readyState, seen.listeners.size]).toEqual([FakeSource.CLOSED, 0]);
});

test('a page that nobody looks at holds no stream and goes on where it stopped', () => {
  news.followProjects(follower());
  FakeSource.opened[0]?.tell('project', 'run-9', { id: 7, version: 3 });
  show('hidden');
  expect(FakeSource.opened[0]?.readyState).toBe(FakeSource.CLOSED);
  show('visible');
  expect(FakeSource.opened[1]?.url).toBe('http://127.0.0.1/api/v1/events?topic=projects&last_event_id=run-9');
});

test('a page that opens after another goes on where that stopped and is not asked a second time', () => {
  const [one, two] = [follower(), follower()];
  const stop = news.followProjects(one);
  FakeSource.opened[0]?.tell('snapshot', 'run-9', {});
  expect(one.anew).toHaveBeenCalledTimes(1);
  stop();
  news.followProjects(two);
  expect(FakeSource.opened[1]?.url).toBe('http://127.0.0.1/api/v1/events?topic=projects&last_event_id=run-9');
  FakeSource.opened[1]?.onopen?.();
  expect(two.anew).not.toHaveBeenCalled();
});

test('without a stream it is asked now and then, and the stream is tried again', () => {
  const one = follower();
  news.followProjects(one);
  FakeSource.opened[0]?.refuse();
  vi.advanceTimersByTime(59_000);
  expect([one.anew.mock.calls.length, FakeSource.opened.length]).toEqual([0, 1]);
  vi.advanceTimersByTime(2_000);
  expect([one.anew.mock.calls.length, FakeSource.opened.length]).toEqual([1, 2]);
});

test('after a break it is asked anew, for who asked meanwhile had no answer', () => {
  const one = follower();
  news.followProjects(one);
  const [stream] = FakeSource.opened;
  stream?.onopen?.();
  expect(one.anew).not.toHaveBeenCalled();
  stream?.onerror?.();
  stream?.onopen?.();
  expect([one.anew.mock.calls.length, FakeSource.opened.length]).toEqual([1, 1]);
});

test('news that come together are looked into once, a moment apart from other pages', () => {
  const look = vi.fn();
  const { soon, stop } = news.gathered(look, 1000);
  for (let at = 0; at < 5; at++) soon();
  vi.advanceTimersByTime(1200);
  expect(look).toHaveBeenCalledTimes(1);
  soon();
  stop();
  vi.advanceTimersByTime(5000);
  expect(look).toHaveBeenCalledTimes(1);
});
