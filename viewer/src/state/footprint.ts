// Outlines of buildings as plain polygons. In: GeoJSON-like rings in local metres. Out: containment,
// area, centre. No engine. Called by selection and panels.
import type { LocalBox, LocalPoint, ModelObject } from '../api/types';

type Ring = readonly (readonly number[])[];

/** Whether a ring holds a point, by crossings of a ray; its first point need not be repeated. */
export function inRing(ring: Ring, e: number, n: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [a, b] = [ring[i], ring[j]];
    const [ae = 0, an = 0, be = 0, bn = 0] = [...(a ?? []), ...(b ?? [])];
    if (an > n !== bn > n && e < ((be - ae) * (n - an)) / (bn - an) + ae) inside = !inside;
  }
  return inside;
}

/** Whether the outline of `object` holds the point; holes do not count. */
export function holds(object: ModelObject, east_m: number, north_m: number): boolean {
  const { min, max } = object.bounds;
  if (east_m < min.east_m || east_m > max.east_m || north_m < min.north_m || north_m > max.north_m) return false;
  return (object.footprint ?? []).some(
    ([outer, ...holes]) =>
      outer !== undefined && inRing(outer, east_m, north_m) && !holes.some((hole) => inRing(hole, east_m, north_m)),
  );
}

function ringArea(ring: Ring): number {
  let twice = 0;
  for (let i = 1; i < ring.length; i++) {
    const [a, b] = [ring[i - 1], ring[i]];
    const [ae = 0, an = 0, be = 0, bn = 0] = [...(a ?? []), ...(b ?? [])];
    twice += ae * bn - be * an;
  }
  return Math.abs(twice) / 2;
}

/** Square metres inside the outline. */
export function area_m2(object: ModelObject): number {
  return (object.footprint ?? []).reduce(
    (sum, [outer, ...holes]) => sum + (outer ? ringArea(outer as Ring) : 0) - holes.reduce((h, ring) => h + ringArea(ring as Ring), 0),
    0,
  );
}

/** The building whose outline holds the point; of several, the smallest. */
export function buildingAt(list: readonly ModelObject[], east_m: number, north_m: number): ModelObject | null {
  const found = list.filter((b) => holds(b, east_m, north_m)).sort((a, b) => area_m2(a) - area_m2(b));
  return found[0] ?? null;
}

/** Where something with a box stands: in its middle, on its ground. */
export function footOf(box: LocalBox | null | undefined): LocalPoint | null {
  if (!box) return null;
  const { min, max } = box;
  return { east_m: (min.east_m + max.east_m) / 2, north_m: (min.north_m + max.north_m) / 2, up_m: min.up_m };
}
