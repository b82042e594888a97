// Where alarms were in the last days, as heat over the scene.
//
// In: state/wall/warmth, the theme. Out: a heat map in the viewport; the figure of its legend in state.
import { effect } from '@preact/signals-core';
import { Heat, type Rgb } from '../../scene/heat';
import type { Viewport } from '../../scene/viewport';
import { publication } from '../../state/session';
import { heatGrid } from '../../state/wall/heat';
import { HEAT_RAMP, heatMost } from '../../state/wall/legend';
import { heatShown } from '../../state/wall/shown';
import { warmth } from '../../state/wall/warmth';
import { chooseScene } from '../../state/scenes';

/** Above most of the ground; slopes within it show it as houses do. */
const ABOVE_M = 3;

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

export function startHeat(viewport: Viewport): () => void {
  const heat = new Heat();
  viewport.scene.add(heat.group);
  const stop = effect(() => {
    const [now, scene] = [warmth.value, publication.value ? chooseScene(publication.value.catalog, false) : null];
    if (!heatShown.value || !now || !scene) heat.hide();
    else {
      const { min, max } = scene.bounds;
      const { columns, rows, density, most } = heatGrid(now.places, scene.bounds);
      heatMost.value = most;
      heat.set(columns, rows, density, most, { east_m: [min.east_m, max.east_m], north_m: [min.north_m, max.north_m], up_m: min.up_m + ABOVE_M }, HEAT_RAMP.map(rgb));
    }
    viewport.invalidate();
  });
  return () => {
    stop();
    heat.dispose();
  };
}
