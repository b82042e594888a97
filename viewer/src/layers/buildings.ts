// The selected building's outline.
//
// In: the selection. Out: an outline in the viewport, at the ground and at the roof.
import { effect } from '@preact/signals-core';
import type { ModelObject } from '../api/types';
import { Outline } from '../scene/outline';
import type { Part, Viewport } from '../scene/viewport';
import { selectedBuilding } from '../state/selection';

/** Above roof tiles that are a little higher than the surveyed height. */
const ABOVE_ROOF_M = 1;

export class BuildingOutline implements Part {
  readonly #viewport: Viewport;
  readonly #undo: (() => void)[] = [];
  #outline: Outline | null = null;

  constructor(viewport: Viewport) {
    this.#viewport = viewport;
    this.#undo.push(viewport.add(this), effect(() => this.#show(selectedBuilding.value)));
  }

  beforeDraw(): boolean {
    const { width, height, ratio } = this.#viewport.screen;
    this.#outline?.resize(width, height, ratio);
    return false;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#outline?.dispose();
    this.#outline = null;
  }

  #show(building: ModelObject | null): void {
    this.#outline?.dispose();
    this.#outline = null;
    const rings = (building?.footprint ?? []).flat();
    if (building && rings.length > 0) {
      const { min, max } = building.bounds;
      this.#outline = new Outline(rings, min.up_m, max.up_m + ABOVE_ROOF_M, this.#viewport.renderer.getPixelRatio());
      this.#viewport.scene.add(this.#outline.group);
    }
    this.#viewport.invalidate();
  }
}
