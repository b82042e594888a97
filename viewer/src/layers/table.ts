// Which things are in view, and how far: told to the table whenever the camera rests or things change.
//
// In: the camera, things of state while the table is open. Out: `inView`. Fetched with the tool.
import { effect } from '@preact/signals-core';
import type { Viewport } from '../scene/viewport';
import { inView, of, startTableLink } from '../state/table';
import { thingsOf, wantElements } from '../state/things';
import { hidden } from '../state/selection';
import { tool } from '../state/tools';
import { cover } from '../state/view';

/** How long the camera must rest. */
const REST_MS = 250;

export function startTable(viewport: Viewport): void {
  startTableLink();
  let timer = 0;
  let seenFrom = '';
  const look = (): void => {
    const list = thingsOf(of.value) ?? [];
    const [gone, { left, right }] = [hidden.value, cover.value];
    const seen = new Map<string, number>();
    for (const { id, of: kind, at } of list) {
      const spot = gone.has(id) ? null : viewport.project([at.east_m, at.north_m, at.up_m]);
      if (!spot || spot.x < left || spot.x > viewport.width - right || spot.y < 0 || spot.y > viewport.height) continue;
      const { x, y, z } = viewport.camera.position;
      seen.set(`${kind} ${id}`, Math.hypot(x - at.east_m, y - at.north_m, z - at.up_m));
    }
    inView.value = seen;
  };
  const beforeDraw = (): boolean => {
    const from = `${viewport.camera.matrixWorld.elements.join()} ${viewport.width}`;
    if (from !== seenFrom) {
      seenFrom = from;
      clearTimeout(timer);
      timer = window.setTimeout(look, REST_MS);
    }
    return false;
  };
  effect(() => {
    if (tool.value !== 'table') return;
    seenFrom = '';
    const stops = [
      viewport.add({ beforeDraw }),
      effect(() => {
        if (of.value === 'element') wantElements();
      }),
      effect(look),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  });
}
