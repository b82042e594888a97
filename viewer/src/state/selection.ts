// What is selected, and what the server knows about the place.
//
// In: picks, list clicks, the permalink. Out: signals for layers and panels.
import { computed, effect, signal } from '@preact/signals-core';
import { getPlace } from '../api/client';
import type { GeographicPoint, LocalBox, LocalPoint, ModelObject, Place } from '../api/types';
import { devices } from './devices';
import { line } from './live';
import { reports } from './reports';
import { footOf } from './footprint';
import { projects } from './projects';
import { buildingById } from './session';

/** A picked point, in both frames if the community has a place on the Earth. */
export interface Spot {
  readonly local: LocalPoint;
  readonly geographic: Required<GeographicPoint> | null;
}

export type Selection =
  | { readonly type: 'device'; readonly id: string }
  | { readonly type: 'building'; readonly id: string; readonly spot: Spot | null }
  /** Something of a building model. */
  | { readonly type: 'element'; readonly id: string; readonly spot: Spot | null }
  /** A resident's report, by its number. */
  | { readonly type: 'report'; readonly id: string }
  /** A project of renewal, by its number. */
  | { readonly type: 'project'; readonly id: string; readonly spot: null }
  | { readonly type: 'ground'; readonly spot: Spot };

export const selection = signal<Selection | null>(null);
/** Ids of buildings that are not to be drawn. */
export const hidden = signal<ReadonlySet<string>>(new Set());
/** The device, report or project under the pointer, for its label. */
export const hovered = signal<{ readonly type: 'device' | 'report' | 'project'; readonly id: string; readonly others: number; readonly x: number; readonly y: number } | null>(null);

export const selectedDevice = computed(() => {
  const now = selection.value;
  return now?.type === 'device' ? (devices.value.get(now.id) ?? null) : null;
});

export const selectedBuilding = computed(() => {
  const now = selection.value;
  return now?.type === 'building' ? (buildingById.value.get(now.id) ?? null) : null;
});

/** What the server says about the selected part of a model: `null` while asking. */
export const selectedElement = signal<ModelObject | 'failed' | 'gone' | null>(null);

/** The box of what is selected, if it has one. */
export const selectedBox = computed<LocalBox | null>(() => {
  const [element, now] = [selectedElement.value, selection.value];
  if (now?.type === 'project') return projects.value.get(Number(now.id))?.bounds ?? null;
  if (now?.type !== 'element') return selectedBuilding.value?.bounds ?? null;
  return element && typeof element === 'object' ? element.bounds : null;
});

/** Where the selection is. */
export const selectedPoint = computed<LocalPoint | null>(() => {
  const now = selection.value;
  if (!now) return null;
  if (now.type === 'device') return selectedDevice.value?.position ?? null;
  if (now.type === 'report') return reports.value.get(Number(now.id))?.place.position ?? null;
  return now.type === 'ground' ? now.spot.local : (now.spot?.local ?? middle());
});

/** Same text, same place: live updates of a device must not look like a new selection. */
const placeKey = computed(() => {
  const at = selectedPoint.value;
  return at ? `${at.east_m} ${at.north_m} ${at.up_m}` : null;
});

function middle(): LocalPoint | null {
  const bounds = selectedBox.value;
  return bounds && footOf(bounds);
}

/** What stands at the selected place: `null` while asking. */
export const place = signal<Place | 'failed' | null>(null);

/** Asks the server about each newly selected place; asks again when the line comes back. */
export function startPlaceLookup(): void {
  const alive = computed(() => line.value.state === 'live');
  effect(() => {
    const key = placeKey.value;
    if (place.peek() === 'failed' && !alive.value) return;
    place.value = null;
    if (key === null) return;
    const [east_m = 0, north_m = 0, up_m = 0] = key.split(' ').map(Number);
    const stop = new AbortController();
    getPlace({ east_m, north_m, up_m }, stop.signal).then(
      (answer) => (place.value = answer),
      () => {
        if (!stop.signal.aborted) place.value = 'failed';
      },
    );
    return () => stop.abort();
  });
}
