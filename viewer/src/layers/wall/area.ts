// The area of an emergency, outlined in the scene: a low wall of light in the colour of its level.
//
// In: the emergency, or corners that are being drawn. Out: an outline in the viewport.
import { effect } from '@preact/signals-core';
import { TINT } from '../../scene/lines';
import { Outline } from '../../scene/outline';
import type { Part, Viewport } from '../../scene/viewport';
import { lookOf } from '../../state/alarms';
import { publication } from '../../state/session';
import { LOOKS } from '../../state/status';
import { emergency } from '../../state/wall/displays';
import { areaDrawn } from '../../state/wall/draft';
import { chooseScene } from '../../state/scenes';

/** Above the lowest ground of the community: slopes must not bury it. */
const FOOT_M = 0.6;
const HEIGHT_M = 9;

/** Colours of the interface as shares of one. */
export function shares(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** On a picture the colours of paper would drown: the same hue, lighter. */
const lit = (hex: string): [number, number, number] => shares(hex).map((c) => c + (1 - c) * 0.22) as [number, number, number];

export class EmergencyArea implements Part {
  readonly #viewport: Viewport;
  readonly #undo: (() => void)[] = [];
  #outline: Outline | null = null;

  constructor(viewport: Viewport) {
    this.#viewport = viewport;
    this.#undo.push(viewport.add(this), effect(() => this.#show()));
  }

  beforeDraw(): boolean {
    const { width, height } = this.#viewport.renderer.domElement;
    this.#outline?.resize(width, height);
    return false;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#outline?.dispose();
    this.#outline = null;
  }

  #show(): void {
    this.#outline?.dispose();
    this.#outline = null;
    const plan = emergency.value?.plan;
    const drawn = areaDrawn.value?.corners;
    const area = drawn ?? plan?.area ?? [];
    const scene = publication.value ? chooseScene(publication.value.catalog, false) : null;
    const [first] = area;
    if (first && scene) {
      const foot = scene.bounds.min.up_m + FOOT_M;
      const tint = plan && !drawn ? lit(LOOKS[lookOf(plan.level)].fill) : TINT;
      this.#outline = new Outline([[...area, first]], foot, foot + HEIGHT_M, this.#viewport.renderer.getPixelRatio(), { tint, width_px: 2.5, through: 0.8 });
      this.#viewport.scene.add(this.#outline.group);
    }
    this.#viewport.invalidate();
  }
}
