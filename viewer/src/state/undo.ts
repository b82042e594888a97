// Undo of what the view shows: camera, selection, what is hidden, what tools set.
//
// In: parts that say what they are now and can be told what to be. Out: steps back and forth. What
// changes in quick succession is one step; what people type is no part. Fetched once the place stands.
import { batch, effect, signal, untracked, type Signal } from '@preact/signals-core';

export interface Remembered<T> {
  /** What it is now. Reads signals, so that a change is noticed. */
  read(): T;
  /** Makes it what it was. */
  write(value: T): void;
  /** Whether two values are one to the eye; `Object.is` if left out. */
  readonly same?: (a: T, b: T) => boolean;
}

type Snapshot = ReadonlyMap<string, unknown>;

/** More steps than anybody goes back. */
const MOST_STEPS = 100;
/** Changes that follow one another faster belong together: a flight, a drag, a press that changes two things. */
const QUIET_MS = 450;

const parts = signal<ReadonlyMap<string, Remembered<unknown>>>(new Map());
let past: Snapshot[] = [];
let future: Snapshot[] = [];
let now: Snapshot | null = null;
/** A step was made and its consequences, such as a flight, are not over: they are no change. */
let settling = false;
/** Whether something is on its way: then it has not come to rest, however slowly its frames follow. */
let isBusy: () => boolean = () => false;
let timer: ReturnType<typeof setTimeout> | null = null;

export const canUndo = signal(false);
export const canRedo = signal(false);

/** Makes something part of what can be undone, from now on until the returned function is called. */
export function remember<T>(name: string, part: Remembered<T>): () => void {
  parts.value = new Map(parts.peek()).set(name, part as Remembered<unknown>);
  return () => {
    const rest = new Map(parts.peek());
    rest.delete(name);
    parts.value = rest;
  };
}

/** Remembers what a signal holds, for what is replaced and never changed in place. */
export const ofSignal = <T>(it: Signal<T>): Remembered<T> => ({ read: () => it.value, write: (value) => (it.value = value) });

const isSame = (name: string, a: unknown, b: unknown): boolean => {
  const same = parts.peek().get(name)?.same;
  return same ? same(a, b) : Object.is(a, b);
};

const take = (): Snapshot => new Map([...parts.value].map(([name, part]) => [name, part.read()]));

/** Takes note of what is shown, as it has come to rest. */
export function noteView(): void {
  cancel();
  const next = untracked(take);
  const before = now;
  const differs = before !== null && [...next].some(([name, value]) => before.has(name) && !isSame(name, before.get(name), value));
  if (before && differs && !settling) {
    past = [...past, before].slice(-MOST_STEPS);
    future = [];
  }
  // What is the same to the eye keeps its first value, so that many small drifts are noticed in the end.
  now = before && !differs && !settling ? new Map([...next, ...[...before].filter(([name]) => next.has(name))]) : next;
  settling = false;
  publish();
}

export const undo = (): void => step('back');
export const redo = (): void => step('forth');

function step(way: 'back' | 'forth'): void {
  if (timer !== null && !settling) noteView();
  const target = way === 'back' ? past.at(-1) : future.at(-1);
  if (!target || !now) return;
  if (way === 'back') [past, future] = [past.slice(0, -1), [...future, now]];
  else [past, future] = [[...past, now], future.slice(0, -1)];
  const present = untracked(take);
  batch(() => {
    for (const [name, value] of target) {
      if (!isSame(name, present.get(name), value)) parts.peek().get(name)?.write(value);
    }
  });
  now = target;
  settling = true;
  wait();
  publish();
}

function publish(): void {
  batch(() => {
    canUndo.value = past.length > 0;
    canRedo.value = future.length > 0;
  });
}

function cancel(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
}

function wait(): void {
  cancel();
  timer = setTimeout(() => (isBusy() ? wait() : noteView()), QUIET_MS);
}

/** Watches all parts until the returned function is called; `busy` tells that a step is not over. */
export function startUndo(busy: () => boolean = () => false): () => void {
  isBusy = busy;
  noteView();
  const stop = effect(() => {
    take();
    untracked(wait);
  });
  return () => {
    stop();
    cancel();
    [past, future, now, settling] = [[], [], null, false];
    publish();
  };
}
