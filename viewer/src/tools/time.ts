// Looking back, started: the page is marked while it shows another time.
//
// In: state/time. Out: an attribute of the page that style sheets draw a frame by. Fetched with the tool.
import { effect } from '@preact/signals-core';
import { past } from '../state/devices';
import { startTime } from '../state/time';

export function startTimeTool(): void {
  startTime();
  effect(() => void document.documentElement.toggleAttribute('data-past', past.value !== null));
}
