// The strip of time, started: the page is marked while it shows another time, and what is built on another day is painted.
//
// In: state/time, state/works, colours of the style sheet. Out: an attribute of the page that style sheets draw a frame by;
// `paintedWorks`. Fetched with the tool.
import { computed, effect } from '@preact/signals-core';
import { past } from '../state/devices';
import { lookOfStage, type Stage } from '../state/project-looks';
import { speed, startTime } from '../state/time';
import { linkTime } from '../state/time-link';
import { paintedWorks, type Paint } from '../state/view';
import { day, objectStages, startWorks, today } from '../state/works';
import { buildingOf, readHex } from './colours';

/** How much of the survey's or the model's own colour is covered: the place stays to be known under dark colours. */
const SHARE = 0.55;

export function startTimeTool(): void {
  linkTime();
  startTime();
  startWorks(() => speed.value);
  const isElsewhere = computed(() => past.value !== null || (day.value !== null && day.value !== today.value));
  effect(() => void document.documentElement.toggleAttribute('data-past', isElsewhere.value));
  effect(() => {
    const stages = objectStages.value;
    paintedWorks.value = stages ? paintOf(stages) : null;
  });
}

/** A model takes the colour of the building that it stands for. */
function paintOf(stages: ReadonlyMap<string, Stage>): (id: string) => Paint {
  const standsFor = buildingOf();
  return (id) => {
    const stage = stages.get(id) ?? stages.get(standsFor(id) ?? '');
    if (stage === undefined) return null;
    const [r, g, b] = readHex(lookOfStage(stage).fill);
    return [r, g, b, SHARE];
  };
}
