// Drawing: areas, lines and points on the community, and what is in an area.
//
// In: points, local metres; files. Out: shapes, kept in the browser and, small ones, in the address;
// the server's answer about an area. Fetched when it is first wanted.
import { batch, effect, signal } from '@preact/signals-core';
import { ApiError, request } from '../api/client';
import type { FoundThing, SpatialAnswer } from '../api/types';
import { LEAST_POINTS, MOST, type Drawable, type Frame, type ShapeKind, type Vec } from './geojson';
import { linkPart } from './link-parts';
import type { Caught } from './measure';
import { publication } from './session';
import { bare, readShapes, writeShapes } from './shape-link';
import { drawnKey, readStored, writeStored } from './shape-store';

export type { ShapeKind, Vec };

export interface Shape extends Drawable {
  readonly id: number;
}

export const KINDS: readonly ShapeKind[] = ['polygon', 'line', 'point'];

export const kind = signal<ShapeKind>('polygon');
export const draft = signal<readonly Vec[]>([]);
export const pointed = signal<{ readonly at: Vec; readonly caught: Caught } | null>(null);
export const shapes = signal<readonly Shape[]>([]);
export const chosen = signal<number | null>(null);
/** How to get to the Earth and the ground; null without a place on the Earth. */
export const frame = signal<Frame | null>(null);

/** Whether what the browser had kept of this community is there. */
export const kept = signal(false);

/** Corners of the chosen shape on the canvas, CSS pixels. */
export const cornerSpots = signal<readonly { readonly at: number; readonly x: number; readonly y: number }[]>([]);
/** A corner that is being dragged, and where to. */
export const dragged = signal<{ readonly corner: number; readonly x: number; readonly y: number } | null>(null);

const LETTERS: Readonly<Record<ShapeKind, string>> = { polygon: 'p', line: 'l', point: 'o' };
/** Two taps on one spot are one point. */
const SAME_M = 0.001;

let lastId = 0;

export function addPoint(at: Vec): void {
  const before = draft.peek().at(-1);
  if (before && Math.hypot(before[0] - at[0], before[1] - at[1], before[2] - at[2]) < SAME_M) return;
  draft.value = [...draft.peek(), at];
  if (kind.peek() === 'point' || draft.peek().length >= MOST.corners) finish();
}

export const takeBack = (): void => void (draft.value = draft.peek().slice(0, -1));
export const canFinish = (): boolean => draft.value.length >= LEAST_POINTS[kind.value];

export function finish(): void {
  const points = draft.peek();
  batch(() => {
    draft.value = [];
    if (points.length >= LEAST_POINTS[kind.peek()]) add([{ kind: kind.peek(), points, name: '' }]);
  });
}

/** Shapes without a name go by their kind, counted. */
export const ordinal = (shape: Shape): number => shapes.value.filter(({ kind: of }) => of === shape.kind).indexOf(shape) + 1;

/** Adds shapes and chooses the last. */
export function add(some: readonly Drawable[]): void {
  const made = some.map(({ kind: of, points, name }): Shape => ({ id: ++lastId, kind: of, points, name }));
  batch(() => {
    shapes.value = [...shapes.peek(), ...made].slice(-MOST.shapes);
    chosen.value = made.at(-1)?.id ?? null;
  });
}

const change = (id: number, to: (shape: Shape) => Shape): void => void (shapes.value = shapes.peek().map((one) => (one.id === id ? to(one) : one)));

export const remove = (id: number): void => void (shapes.value = shapes.peek().filter((one) => one.id !== id));
export const rename = (id: number, name: string): void => change(id, (one) => ({ ...one, name: name.trim().slice(0, MOST.name) }));
export const moveCorner = (id: number, corner: number, to: Vec): void => change(id, (one) => ({ ...one, points: one.points.map((p, i) => (i === corner ? to : p)) }));

/** Takes a corner out, as long as a shape is left. */
export const removeCorner = (id: number, corner: number): void =>
  change(id, (one) => (one.points.length > LEAST_POINTS[one.kind] ? { ...one, points: one.points.filter((_, i) => i !== corner) } : one));

/** Whether sides of a ring cross each other on the map: then its area means nothing. */
export function crosses(ring: readonly Vec[]): boolean {
  const side = (a: Vec, b: Vec, p: Vec): number => Math.sign((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]));
  const sides = ring.map((p, i) => [p, ring[(i + 1) % ring.length] ?? p] as const);
  return sides.some(([a, b], i) =>
    sides.some(([c, d], j) => j > i + 1 && (i > 0 || j < sides.length - 1) && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0),
  );
}

/** What the server found in an area: null before it was asked. */
export const inside = signal<{ readonly of: number; readonly points: readonly Vec[]; readonly things: readonly FoundThing[] | 'asking' | 'away' | 'refused'; readonly cut: boolean } | null>(null);

/** Asks for devices and buildings in an area. */
export function askInside({ id, points }: Shape): void {
  const answer = (things: readonly FoundThing[] | 'asking' | 'away' | 'refused', cut = false): void => void (inside.value = { of: id, points, things, cut });
  const isLast = (): boolean => inside.peek()?.points === points;
  const ring = [...points, points[0] ?? [0, 0, 0]].map(([east, north]) => [east, north]);
  answer('asking');
  const question = { where: { polygon: { rings: [ring] } }, kinds: ['device', 'building'], limit: 1000 };
  const asked = request('POST', 'spatial/query', question).then((response) => response.json() as Promise<SpatialAnswer>);
  asked.then(
    ({ things, cut }) => {
      if (isLast()) answer(things, cut);
    },
    (error: unknown) => {
      if (isLast()) answer(error instanceof ApiError && error.failure === 'unreachable' ? 'away' : 'refused');
    },
  );
}

/** Shapes with the same are one: the address rounds to the centimetre. */
const textOf = ({ kind: of, points, name }: Drawable): string => [LETTERS[of], bare(name), ...points.flat().map((m) => Number(m.toFixed(2)))].join();

const read = (text: string | null): Drawable[] =>
  readShapes(text, Object.fromEntries(KINDS.map((of) => [LETTERS[of], { least: LEAST_POINTS[of], most: of === 'point' ? 1 : MOST.corners }]))).flatMap(({ letter, points, name }) => {
    const of = KINDS.find((one) => LETTERS[one] === letter);
    return of ? [{ kind: of, points, name }] : [];
  });

/** Adds what is not there already, to the centimetre. */
function merge(some: readonly Drawable[]): void {
  const known = new Set(shapes.peek().map(textOf));
  const others = some.filter((one) => !known.has(textOf(one)));
  if (others.length > 0) add(others);
  chosen.value = null;
}

const storageKey = (): string | null => {
  const id = publication.value?.catalog.community.id;
  return id === undefined ? null : drawnKey(id);
};

function load(key: string): Drawable[] {
  try {
    return readStored(localStorage.getItem(key));
  } catch {
    return [];
  }
}

/** Keeps shapes in the browser and the address until the returned function is called. */
export function startDraw(): () => void {
  let loaded: string | null = null;
  const undo = [
    effect(() => {
      const key = storageKey();
      const now = shapes.value;
      if (key === null) return;
      if (loaded !== key) {
        loaded = key;
        queueMicrotask(() => {
          merge(load(key));
          kept.value = true;
        });
        return;
      }
      try {
        localStorage.setItem(key, writeStored(now));
      } catch {
        // Storage may be denied or full: then shapes last as long as the page.
      }
    }),
    effect(() => {
      // An answer about an area that has changed since would be wrong.
      const known = inside.peek();
      if (known && !shapes.value.some(({ points }) => points === known.points)) inside.value = null;
    }),
    linkPart('d', { write: () => writeShapes(shapes.value.map((one) => ({ ...one, letter: LETTERS[one.kind] }))), read: (text) => merge(read(text)) }),
  ];
  return () => undo.forEach((one) => one());
}
