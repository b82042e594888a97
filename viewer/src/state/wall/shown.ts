// Which panels the wall shows now, and whether the heat of alarms lies over the scene.
//
// In: the tour, an emergency, videos, keys. Out: signals. Read by the wall's panels and layers.
import { computed, signal } from '@preact/signals-core';
import type { PanelName, Video } from '../../api/displays';
import { selection } from '../selection';
import { display, emergency } from './displays';
import { stopBehind, visited } from './touring';

/** What an ordinary wall shows, and what a plan that names no panels brings. */
const ORDINARY: readonly PanelName[] = ['figures', 'devices', 'trends', 'alarms', 'video'];
const EMERGENCY: readonly PanelName[] = ['plan', 'alarms', 'devices', 'video'];

/** Switched by hand, until the tour goes on; null follows the tour. */
export const heatByHand = signal<boolean | null>(null);
export const heatShown = computed(() => heatByHand.value ?? (emergency.value === null && visited.value === null && (stopBehind.value?.heat ?? false)));

export const videos = computed<readonly Video[]>(() => display.value?.videos ?? []);

/** The camera that was chosen in the scene, or that an alarm is about. */
export const chosenVideo = computed<Video | null>(() => {
  const now = selection.value;
  return now?.type === 'device' ? (videos.value.find(({ device }) => device === now.id) ?? null) : null;
});

export function panelsOf(plan: readonly PanelName[] | null, stop: readonly PanelName[] | null, alarmed: boolean, video: boolean): ReadonlySet<PanelName> {
  if (plan) return new Set([...(plan.length > 0 ? plan : EMERGENCY), 'plan', ...(video ? (['video'] as const) : [])]);
  const base = stop?.length ? stop : ORDINARY;
  return new Set([...base, ...(alarmed ? (['alarms'] as const) : []), ...(video ? (['video'] as const) : [])]);
}

export const shownPanels = computed(() =>
  panelsOf(emergency.value?.plan.panels ?? null, stopBehind.value?.panels ?? null, visited.value !== null, chosenVideo.value !== null),
);
