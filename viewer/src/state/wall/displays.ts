// The displays that the server keeps, and which of them this wall shows.
//
// In: the server's answers, the event `display`, the address (`?display=`). Out: signals. Without
// displays the wall makes its own tour.
import { computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../../api/client';
import { getDisplays, type Display, type DisplayEvent, type DisplayState, type EmergencyPlan } from '../../api/displays';
import { on } from './on';
import { account } from '../account';
import { line } from '../live';

/** Displays are asked for anew this often, should a change not have been told. */
const EVERY_MS = 60_000;

export const displays = signal<readonly Display[]>([]);
/** Whether the server was asked once; a wall without an answer waits before it makes its own tour. */
export const displaysAsked = signal(false);
/** Whether the server shows them to nobody who has not signed in. */
export const displaysDenied = signal(false);
/** The display that the address asks for. */
export const wanted = signal<string | null>(null);

export const display = computed<Display | null>(() => chosen(displays.value, wanted.value));

/** The wanted one, else the first; one that is wanted and missing is no reason to show nothing. */
export const chosen = (all: readonly Display[], id: string | null): Display | null => all.find((one) => one.id === id) ?? all[0] ?? null;

/** An emergency that is on, with its plan. */
export interface Emergency {
  readonly plan: EmergencyPlan;
  readonly since: Date;
}

export function emergencyOf(of: Display | null): Emergency | null {
  if (of?.state.mode !== 'emergency') return null;
  const { plan: id, since } = of.state;
  const plan = of.plans.find((one) => one.id === id);
  return plan ? { plan, since: new Date(since) } : null;
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
    if (alike(old, one)) return old;
    const part = <K extends 'tour' | 'trends' | 'videos' | 'plans'>(name: K): Display[K] => (alike(old[name], one[name]) ? old[name] : one[name]);
    return { ...one, tour: part('tour'), trends: part('trends'), videos: part('videos'), plans: part('plans') };
  });
  return same.length === before.length && same.every((one, i) => one === before[i]) ? before : same;
}

let asking: Promise<void> | null = null;
let next: Promise<void> | null = null;

/** Asks for all displays. Who asks while an answer is on its way gets the one after it: that one may be older than what was told meanwhile. */
export function reloadDisplays(): Promise<void> {
  if (asking) {
    next ??= asking.then(() => {
      next = null;
      return reloadDisplays();
    });
    return next;
  }
  asking = ask().finally(() => (asking = null));
  return asking;
}

async function ask(): Promise<void> {
  try {
    displays.value = unchanged(displays.peek(), await getDisplays());
    displaysAsked.value = true;
    displaysDenied.value = false;
  } catch (error) {
    // Who is away is asked again. A session that has ended takes nothing off the wall, an emergency least of all.
    if (error instanceof ApiError && error.failure === 'denied') displaysAsked.value = displaysDenied.value = true;
  }
}

/** A display was changed or switched: its state holds at once, the rest is fetched. */
export function displayTold({ id, version, state }: DisplayEvent): void {
  if (state) displays.value = switched(displays.peek(), id, state);
  if (!state || displays.peek().find((one) => one.id === id)?.version !== version) void reloadDisplays();
}

/** Keeps them up to date until the returned function is called. */
export function startDisplays(): () => void {
  const timer = setInterval(() => void reloadDisplays(), EVERY_MS);
  const alive = computed(() => line.value.state === 'live');
  const user = computed(() => account.value?.user?.name ?? null);
  const stop = effect(() => {
    // Who to call in an emergency is told by who asks.
    on(user.value);
    if (alive.value) queueMicrotask(() => void reloadDisplays());
  });
  void reloadDisplays();
  return () => {
    clearInterval(timer);
    stop();
  };
}
