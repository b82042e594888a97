// The stops of the tour: the display's own, or those that the wall made for itself.
//
// In: the display; what layers propose where there is none. Out: `stops`. Read by touring and panels.
import { computed, signal } from '@preact/signals-core';
import type { PanelName, TourStop } from '../../api/displays';
import type { LocalizedText } from '../../api/types';
import { display, displaysAsked } from './displays';

export interface Stop {
  readonly title: LocalizedText;
  readonly pose: TourStop['pose'];
  readonly travel_s: number;
  readonly dwell_s: number;
  readonly panels: readonly PanelName[];
  /** Whether the heat of alarms lies over the scene. */
  readonly heat: boolean;
}

/** The tour of a wall that nobody has set up; made of the model by a layer. */
export const ownTour = signal<readonly Stop[]>([]);

/** A stop that shows alarms and nothing else is about where they are: their heat is shown. */
const isHeat = (panels: readonly PanelName[]): boolean => panels.length === 1 && panels[0] === 'alarms';

export const stopOf = (stop: TourStop): Stop => ({ ...stop, heat: isHeat(stop.panels) });

const NONE: readonly TourStop[] = [];
/** The same list while only the state of the display changes. */
const tour = computed(() => display.value?.tour ?? NONE);

export const stops = computed<readonly Stop[]>(() => {
  const kept = tour.value;
  if (kept.length > 0) return kept.map(stopOf);
  return displaysAsked.value ? ownTour.value : [];
});
