// The edges of a solid: where faces meet at an angle, or where a face ends.
//
// In: triangles in metres. Out: segments. Pure. Called by scene/marked and scene/walls.
import type { Segment } from './lines';
import { distance, sub, type Vec } from './pose';

export type Triangle = readonly [Vec, Vec, Vec];

/** Corners nearer than this are one: half a step that positions are stored in. */
const WELD_M = 0.0005;
/** Faces that meet at less than this are one curved face. */
const SMOOTH_COS = Math.cos((22 * Math.PI) / 180);

export const cross = (a: Vec, b: Vec): Vec => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

const dot = (a: Vec, b: Vec): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

interface Edge {
  readonly segment: Segment;
  /** Normal of the first face at it. */
  readonly normal: Vec;
  sharp: boolean;
}

export function edgesOf(triangles: readonly Triangle[]): Segment[] {
  const key = (p: Vec): string => p.map((part) => Math.round(part / (2 * WELD_M))).join();
  const edges = new Map<string, Edge>();
  for (const triangle of triangles) {
    const [a, b, c] = triangle;
    const n = cross(sub(b, a), sub(c, a));
    const length = Math.hypot(...n);
    if (length < 1e-12) continue;
    const normal: Vec = [n[0] / length, n[1] / length, n[2] / length];
    for (const [p, q] of [[a, b], [b, c], [c, a]] as const) {
      const ends = [key(p), key(q)].sort();
      const name = ends.join(' ');
      const known = edges.get(name);
      // Nothing is known of winding: two faces are one if they are parallel, whichever way they look.
      if (known) known.sharp = Math.abs(dot(known.normal, normal)) < SMOOTH_COS;
      else edges.set(name, { segment: [p, q], normal, sharp: distance(p, q) > WELD_M });
    }
  }
  return [...edges.values()].filter(({ sharp }) => sharp).map(({ segment }) => segment);
}

/** The part of a segment that half-spaces (`normal · p + constant ≥ 0`) keep; null for none. */
export function clip([a, b]: Segment, kept: readonly { readonly normal: Vec; readonly constant: number }[]): Segment | null {
  let [from, to] = [0, 1];
  for (const { normal, constant } of kept) {
    const [at, end] = [dot(normal, a) + constant, dot(normal, b) + constant];
    if (at < 0 && end < 0) return null;
    const meet = at / (at - end);
    if (at < 0) from = Math.max(from, meet);
    else if (end < 0) to = Math.min(to, meet);
  }
  if (from >= to) return null;
  const along = sub(b, a);
  const on = (t: number): Vec => [a[0] + along[0] * t, a[1] + along[1] * t, a[2] + along[2] * t];
  return [on(from), on(to)];
}
