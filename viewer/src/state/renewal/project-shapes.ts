// Lines and areas as places of a project: those that were drawn in this browser, and those of a file.
//
// In: shapes as the draw tool keeps them, GeoJSON. Out: places, in local metres. What a browser does not let be read is not there.
import type { ProjectPlace } from '../../api/project-work';
import type { Drawable } from '../geojson';
import { drawnKey, readStored } from '../shape-store';

/** As many corners as the server takes of all places of a project. */
export const CORNERS_MOST = 2000;

/** What was drawn on a community in this browser, the newest first. */
export function drawnHere(community: string): readonly Drawable[] {
  try {
    return readStored(localStorage.getItem(drawnKey(community))).reverse();
  } catch {
    return [];
  }
}

const centimetres = (m: number): number => Number(m.toFixed(2));

/** A shape as a place: lines and areas lie on the ground. */
export function placeOfShape({ kind, points }: Drawable): ProjectPlace {
  if (kind === 'point') {
    const [east_m = 0, north_m = 0, up_m = 0] = (points[0] ?? []).map(centimetres);
    return { type: 'point', position: { east_m, north_m, up_m } };
  }
  const flat = points.map(([east, north]): [number, number] => [centimetres(east), centimetres(north)]);
  return kind === 'line' ? { type: 'line', points: flat } : { type: 'polygon', rings: [flat] };
}

/** How many corners places have together. */
export const cornersOf = (places: readonly ProjectPlace[]): number =>
  places.reduce((sum, place) => sum + (place.type === 'line' ? place.points.length : place.type === 'polygon' ? place.rings.flat().length : 0), 0);

/** The length of a line, or what an area covers, holes left out; null for what has neither. */
export function sizeOf(place: ProjectPlace): { readonly of: 'length' | 'area'; readonly value: number } | null {
  if (place.type === 'line') return { of: 'length', value: place.points.reduce((sum, [x = 0, y = 0], at) => sum + (at === 0 ? 0 : Math.hypot(x - (place.points[at - 1]?.[0] ?? 0), y - (place.points[at - 1]?.[1] ?? 0))), 0) };
  if (place.type !== 'polygon') return null;
  const [outer = 0, ...holes] = place.rings.map(covered);
  return { of: 'area', value: outer - holes.reduce((sum, hole) => sum + hole, 0) };
}

/** What a ring covers, whichever way it goes round. */
const covered = (ring: readonly (readonly number[])[]): number =>
  Math.abs(ring.reduce((sum, [x = 0, y = 0], at) => {
    const [u = 0, v = 0] = ring[(at + 1) % ring.length] ?? [];
    return sum + (x * v - u * y) / 2;
  }, 0));

const same = (a: ProjectPlace, b: ProjectPlace): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Places with others added, each once. */
export const withPlaces = (places: readonly ProjectPlace[], more: readonly ProjectPlace[]): readonly ProjectPlace[] =>
  more.reduce<readonly ProjectPlace[]>((all, place) => (all.some((one) => same(one, place)) ? all : [...all, place]), places);

export const hasPlace = (places: readonly ProjectPlace[], place: ProjectPlace): boolean => places.some((one) => same(one, place));
