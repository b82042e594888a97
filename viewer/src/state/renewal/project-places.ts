// Places of projects: where they are seen in the model, and a spot of the model as a place.
//
// In: places, addresses of the model's page. Out: links, places. Pure.
import type { ProjectPlace } from '../../api/project-work';
import type { LocalPoint } from '../../api/types';
import { readLink, writeLink } from '../permalink';
import type { Selection } from '../selection';

/** Farthest that the server takes, from the community's origin. */
const MOST_M = 100_000;

/** The part of the model's address that shows a place; null for a line or an area, which it does not select. */
export function inModel(place: ProjectPlace): string | null {
  const selection = selectionOf(place);
  return selection && writeLink({ pose: null, selection, language: null, parts: new Map() });
}

function selectionOf(place: ProjectPlace): Selection | null {
  if (place.type === 'point') return { type: 'ground', spot: { local: place.position, geographic: null } };
  if (place.type !== 'object' || place.object.startsWith('zone/')) return null;
  return { type: place.object.startsWith('building/') ? 'building' : 'element', id: place.object, spot: null };
}

/** A place that someone wrote: three figures, or the address of a spot or an object in the model; null if it is none. */
export function placeOf(written: string): ProjectPlace | null {
  const hash = /#(.*)$/.exec(written.trim())?.[1];
  if (hash !== undefined) return ofSelection(readLink(hash).selection);
  const [east_m = NaN, north_m = NaN, up_m = 0, ...more] = written.split(/[\s,，]+/).filter(Boolean).map(Number);
  const position: LocalPoint = { east_m, north_m, up_m };
  return more.length === 0 && [east_m, north_m, up_m].every((m) => Math.abs(m) <= MOST_M) ? { type: 'point', position } : null;
}

function ofSelection(selection: Selection | null): ProjectPlace | null {
  if (selection?.type === 'ground') return { type: 'point', position: selection.spot.local };
  if (selection?.type === 'building' || selection?.type === 'element') return { type: 'object', object: selection.id };
  return null;
}
