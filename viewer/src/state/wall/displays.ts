// The displays that the server keeps, and which of them this wall shows.
//
// In: the server's answers, the event `display`, the address (`?display=`). Out: signals. A server
// that knows no displays is as good as one that has none: the wall then makes its own tour.
import { computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../../api/client';
import { getDisplays, type Display, type DisplayEvent, type DisplayState, type Plan } from '../../api/displays';
import { line } from '../live';

/** Displays are asked for anew this often, should a change not have been told. */
const EVERY_MS = 60_000;

export const displays = signal<readonly Display[]>([]);
/** Whether the server was asked once; a wall without an answer waits before it makes its own tour. */
export const displaysAsked = signal(false);
/** Whether the server keeps displays at all. */
export const displaysKept = signal(false);
/** The display that the address asks for. */
export const wanted = signal<string | null>(null);

export const display = computed<Display | null>(() => chosen(displays.value, wanted.value));

/** The wanted one, else the first; one that is wanted and missing is no reason to show nothing. */
export const chosen = (all: readonly Display[], id: string | null): Display | null => all.find((one) => one.id === id) ?? all[0] ?? null;

/** An emergency that is on, with its plan. */
export interface Emergency {
  readonly plan: Plan;
  readonly since: Date | null;
  readonly by: string;
}

export function emergencyOf(of: Display | null): Emergency | null {
  if (of?.state.mode !== 'emergency') return null;
  const { plan: id, since, by } = of.state;
  const plan = of.plans.find((one) => one.id === id);
  return plan ? { plan, since: since ? new Date(since) : null, by: by ?? '' } : null;
}

export const emergency = computed(() => emergencyOf(display.value));

/** The displays after one was told to have changed its state; the rest of it comes with the next answer. */
export const switched = (all: readonly Display[], id: string, state: DisplayState): readonly Display[] =>
  all.map((one) => (one.id === id ? { ...one, state } : one));

const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is as it was stays the same object, so that nothing begins anew that did not change. */
export function unchanged(before: readonly Display[], after: readonly Display[]): readonly Display[] {
  const same = after.map((one) => {
    const old = before.find(({ id }) => id === one.id);
    if (!old) return one;
    if (old.version === one.version && alike(old.state, one.state)) return old;
    const part = <K extends 'tour' | 'trends' | 'videos' | 'plans'>(name: K): Display[K] => (alike(old[name], one[name]) ? old[name] : one[name]);
    return { ...one, tour: part('tour'), trends: part('trends'), videos: part('videos'), plans: part('plans') };
  });
  return same.length === before.length && same.every((one, i) => one === before[i]) ? before : same;
}

let asking: Promise<void> | null = null;

/** Asks for all displays; several who ask at once get one answer. */
export function reloadDisplays(): Promise<void> {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

async function ask(): Promise<void> {
  try {
    displays.value = unchanged(displays.peek(), await getDisplays());
    displaysAsked.value = displaysKept.value = true;
  } catch (error) {
    // Who is away is asked again; who does not know displays, or lets nobody see them, has none.
    if (!(error instanceof ApiError) || error.failure === 'unreachable' || error.failure === 'fault') return;
    if (error.failure === 'missing' && error.status === 503) return;
    displays.value = [];
    displaysAsked.value = true;
    displaysKept.value = error.failure === 'denied';
  }
}

/** A display was changed or switched: its state holds at once, the rest is fetched. */
export function displayTold({ id, version, state }: DisplayEvent): void {
  if (state) displays.value = switched(displays.peek(), id, state);
  if (displays.peek().find((one) => one.id === id)?.version !== version) void reloadDisplays();
}

/** Keeps them up to date until the returned function is called. */
export function startDisplays(): () => void {
  const timer = setInterval(() => void reloadDisplays(), EVERY_MS);
  const alive = computed(() => line.value.state === 'live');
  const stop = effect(() => {
    if (alive.value) queueMicrotask(() => void reloadDisplays());
  });
  void reloadDisplays();
  return () => {
    clearInterval(timer);
    stop();
  };
}
