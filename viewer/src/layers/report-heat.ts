// Where reports of what is looked for lie close, as heat over the scene: typical problems are seen at a glance.
//
// In: places of state/desk, while the heat is wanted. Out: a heat map in the viewport, which is taken out when it is not.
import { effect } from '@preact/signals-core';
import { Heat, type Rgb } from '../scene/heat';
import type { Viewport } from '../scene/viewport';
import { heatPlaces, heatShown } from '../state/desk';
import { publication } from '../state/session';
import { heatGrid } from '../state/wall/heat';
import { HEAT_RAMP } from '../state/wall/legend';
import { chooseScene } from '../state/scenes';

/** Above most of the ground; slopes within it show it as houses do. */
const ABOVE_M = 3;

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

/** Runs until the returned function is called. */
export function startReportHeat(viewport: Viewport): () => void {
  return effect(() => {
    const scene = heatShown.value && publication.value ? chooseScene(publication.value.catalog, false) : null;
    if (!scene) return;
    const heat = new Heat();
    viewport.scene.add(heat.group);
    const { min, max } = scene.bounds;
    const stop = effect(() => {
      const { columns, rows, density, most } = heatGrid(heatPlaces.value, scene.bounds);
      heat.set(columns, rows, density, most, { east_m: [min.east_m, max.east_m], north_m: [min.north_m, max.north_m], up_m: min.up_m + ABOVE_M }, HEAT_RAMP.map(rgb));
      viewport.invalidate();
    });
    return () => {
      stop();
      heat.dispose();
      viewport.invalidate();
    };
  });
}
