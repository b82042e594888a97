// Paints things by the class that they are in.
//
// In: the legend of state/colour, colours of the style sheet. Out: `painted`, `paintedDevices`. Fetched
// with the tool; runs for the life of the page.
import { batch, effect } from '@preact/signals-core';
import { choice, legend, startColourLink, tokenOf, type Legend } from '../state/colour';
import { startIndicators, wantIndicator } from '../state/indicators';
import { models } from '../state/models';
import { wantElements } from '../state/things';
import { ofSignal, remember } from '../state/undo';
import { painted, paintedDevices, type DevicePaint, type Paint } from '../state/view';
import { buildingOf, readHex } from './colours';

/** How much of the survey's or the model's own colour stays. */
const SHARE = 0.88;
/** Lightness above which dark ink is easier to read. */
const LIGHT = 0.55;

export function startColour(): void {
  startColourLink();
  remember('colours', ofSignal(choice));
  startIndicators();
  effect(() => {
    if (choice.value?.of === 'element') wantElements();
    if (choice.value) wantIndicator(choice.value.key);
  });
  effect(() => {
    const [now, found] = [choice.value, legend.value];
    batch(() => {
      painted.value = now && found && now.of !== 'device' ? paintOf(found, now.only, now.of === 'element') : null;
      paintedDevices.value = now && found && now.of === 'device' ? devicePaintOf(found, now.only) : null;
    });
  });
}

function colours(legend: Legend): (readonly [number, number, number])[] {
  const style = getComputedStyle(document.documentElement);
  return legend.entries.map((_, at) => readHex(style.getPropertyValue(tokenOf(legend, at)).trim()));
}

function paintOf(legend: Legend, only: number | null, exact: boolean): (id: string) => Paint {
  const looks = colours(legend).map(([r, g, b]): Paint => [r, g, b, SHARE]);
  // A model takes the colour of the building that it stands for.
  const standsFor = buildingOf();
  const sources = new Set(models.value.map(({ source }) => source));
  return (id) => {
    const source = id.slice(0, id.indexOf('/'));
    const at = legend.places.get(id) ?? (exact ? undefined : legend.places.get(standsFor(id) ?? ''));
    if (only !== null && at !== only) return exact && sources.has(source) ? 'hidden' : null;
    return at === undefined ? null : (looks[at] ?? null);
  };
}

function devicePaintOf(legend: Legend, only: number | null): (id: string) => DevicePaint | undefined {
  const looks = colours(legend).map(([r, g, b]): DevicePaint => {
    const [red, green, blue] = [r, g, b].map((part) => Math.round(part * 255));
    return { fill: `rgb(${red} ${green} ${blue})`, ink: 0.3 * r + 0.59 * g + 0.11 * b > LIGHT ? '#23221f' : '#ffffff' };
  });
  return (id) => {
    const at = legend.places.get(id);
    return at === undefined || (only !== null && at !== only) ? undefined : looks[at];
  };
}
