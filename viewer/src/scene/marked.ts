// The edges of a selected element.
//
// In: its id and the contents that show it. Out: an engine object. Called by the model layer.
import type { Object3D } from 'three';
import { clip, edgesOf } from './edges';
import type { FeatureTable } from './features';
import { Lines, type Segment } from './lines';
import type { Vec } from './pose';
import { trianglesOf } from './triangles';
import type { Screen } from './viewport';

/** Beyond this, edges are a thicket, and the tint says enough. */
const MOST_TRIANGLES = 20_000;

export class Marked {
  readonly #lines: Lines;
  #edges: readonly Segment[] = [];
  #shown = '';

  constructor(pixelRatio: number) {
    this.#lines = new Lines(pixelRatio, 0.2);
    this.#lines.group.visible = false;
  }

  get group(): Object3D {
    return this.#lines.group;
  }

  /** Marks one object, as contents show it and half-spaces leave it. */
  set(id: string, contents: readonly (readonly [Object3D, FeatureTable])[], kept: readonly { readonly normal: Vec; readonly constant: number }[]): void {
    const shown = `${id} ${contents.map(([scene]) => scene.id).join(' ')}`;
    if (shown !== this.#shown) {
      this.#shown = shown;
      const triangles = contents.flatMap(([scene, { ids }]) => trianglesOf(scene, ids.indexOf(id), MOST_TRIANGLES));
      this.#edges = triangles.length < MOST_TRIANGLES ? edgesOf(triangles) : [];
    }
    this.#lines.set(this.#edges.map((edge) => clip(edge, kept)).filter((edge) => edge !== null));
  }

  resize({ width, height, ratio }: Screen): void {
    this.#lines.resize(width, height, ratio);
  }

  dispose(): void {
    this.#lines.dispose();
  }
}
