// What the heat's colours mean. In: the densest cell of the map. Out: ramp and figure, for layer and legend.
import { signal } from '@preact/signals-core';

/** Few to many: one hue that is no colour of a state (after ColorBrewer's PuRd, Brewer 2013). */
export const HEAT_RAMP: readonly string[] = ['#e7d4f0', '#c9a3dc', '#a56cc1', '#7d3a9c', '#4f1470'];

/** Alarms a hectare where they were densest. */
export const heatMost = signal(0);
