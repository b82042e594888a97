// Places of projects: where they are seen in the model, and a spot of the model as a place.
//
// In: places, addresses of the model's page. Out: links, places. Pure. The model's address is that of `state/permalink`,
// of which a place is one part; the whole is not taken from there, since the planner begins with it: shared with a page
// that comes later it would be a chunk of its own, and weigh more on a first visit.
import type { ProjectPlace } from '../../api/project-work';
import type { LocalPoint } from '../../api/types';

/** Farthest that the server takes, from the community's origin. */
const MOST_M = 100_000;

/** The part of the model's address that shows a place; null for a zone, a line or an area, which it does not select. */
export function inModel(place: ProjectPlace): string | null {
  if (place.type === 'point') {
    const { east_m, north_m, up_m } = place.position;
    return `#s=ground/${[east_m, north_m, up_m].map((m) => String(Number(m.toFixed(2)))).join(',')}`;
  }
  if (place.type !== 'object' || place.object.startsWith('zone/')) return null;
  const id = place.object.startsWith('building/') ? place.object : `element/${place.object}`;
  return `#s=${encodeURIComponent(id).replaceAll('%2F', '/')}`;
}

/** A place that someone wrote: three figures, or the address of a spot or an object in the model; null if it is none. */
export function placeOf(written: string): ProjectPlace | null {
  const hash = /#(.*)$/.exec(written.trim())?.[1];
  if (hash === undefined) return spotOf(written);
  const [, type, id] = /^(building|element|ground)\/(.+)$/.exec(new URLSearchParams(hash).get('s') ?? '') ?? [];
  if (id === undefined) return null;
  if (type === 'ground') return spotOf(id);
  return { type: 'object', object: type === 'building' ? `building/${id}` : id };
}

function spotOf(figures: string): ProjectPlace | null {
  const [east_m = NaN, north_m = NaN, up_m = 0, ...more] = figures.split(/[\s,，]+/).filter(Boolean).map(Number);
  const position: LocalPoint = { east_m, north_m, up_m };
  return more.length === 0 && [east_m, north_m, up_m].every((m) => Math.abs(m) <= MOST_M) ? { type: 'point', position } : null;
}
