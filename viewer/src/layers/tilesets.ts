// All tilesets that are open: the survey's and those of building models.
//
// In: tile layers, as other layers open and close them. Out: their updates before each drawing, the
// nearest of their hits, their sums; progress in state/view.
import { batch } from '@preact/signals-core';
import type { Object3D } from 'three';
import type { FeatureTable } from '../scene/features';
import { LazyKtx2Loader } from '../scene/ktx2';
import type { Vec } from '../scene/pose';
import type { Asked, Cut, TileHit, TileLayer, TileQuality } from '../scene/tiles';
import type { Part, Viewport } from '../scene/viewport';
import { placeVisible, tiles } from '../state/view';

/**
 * What a tileset shows. The survey is also the ground that the camera stays above. Spaces are drawn
 * over everything, so they are also hit before everything.
 */
export type Shows = 'survey' | 'model' | 'spaces';

export interface Hit extends TileHit {
  readonly shows: Shows;
}

const isBefore = (a: Hit, b: Hit): boolean => {
  const over = Number(a.shows === 'spaces') - Number(b.shows === 'spaces');
  return over > 0 || (over === 0 && a.distance_m < b.distance_m);
};

export class Tilesets implements Part {
  // One for all: its workers are costly.
  readonly ktx2: LazyKtx2Loader;
  readonly #viewport: Viewport;
  readonly #open = new Map<TileLayer, { readonly shows: Shows; readonly source: string }>();
  readonly #remove: () => void;
  /** Times as many pixels as the canvas has, for pictures that are larger. */
  detail = 1;
  /** The section, while there is one. */
  cut: (Cut & { beneath(from: Vec, ray: Vec): Hit | null }) | null = null;
  #awaited = 0;
  #quality: TileQuality | null = null;

  constructor(viewport: Viewport) {
    this.#viewport = viewport;
    this.ktx2 = new LazyKtx2Loader(viewport.renderer);
    this.#remove = viewport.add(this);
  }

  /** How fine all tilesets are, also those still to come. */
  setQuality(quality: TileQuality): void {
    this.#quality = quality;
    for (const layer of this.#open.keys()) layer.quality = quality;
    this.#viewport.invalidate();
  }

  /** Keeps a tileset up to date from now on. It is drawn and hit once its group is in the scene; `source` names a model. */
  open(layer: TileLayer, shows: Shows, source = ''): void {
    this.#open.set(layer, { shows, source });
    if (this.#quality) layer.quality = this.#quality;
    this.#viewport.invalidate();
  }

  close(layer: TileLayer): void {
    this.#open.delete(layer);
    layer.dispose();
    this.#viewport.invalidate();
  }

  /** Counts as not idle until something has come that may open tilesets. */
  async await<T>(coming: Promise<T>): Promise<T> {
    this.#awaited++;
    try {
      return await coming;
    } finally {
      this.#awaited--;
    }
  }

  beforeDraw(): boolean {
    const { camera, width, height } = this.#viewport;
    const sum = { done: 0, total: 0, failed: 0 };
    let visible = 0;
    for (const layer of this.#open.keys()) {
      layer.update(camera, width * this.detail, height * this.detail);
      const { counts } = layer;
      for (const name of ['done', 'total', 'failed'] as const) sum[name] += counts[name];
      visible += counts.visible;
    }
    const now = tiles.peek();
    batch(() => {
      if (now.done !== sum.done || now.total !== sum.total || now.failed !== sum.failed) tiles.value = sum;
      if (visible > 0) placeVisible.value = true;
    });
    return false;
  }

  get idle(): boolean {
    return this.#awaited === 0 && this.#open.size > 0 && [...this.#open.keys()].every(({ idle }) => idle);
  }

  /** Where a ray first meets what is drawn; asked for the ground, what the survey shows, cut or not. */
  hit(from: Vec, ray: Vec, only?: Shows): Hit | null {
    const cut = only ? null : this.cut;
    return this.#nearest(from, ray, (shows) => !only || shows === only, { cut }) ?? cut?.beneath(from, ray) ?? null;
  }

  /** The same within a distance, of what one can stand on and run into. */
  solid(from: Vec, ray: Vec, far_m: number): Hit | null {
    return this.#nearest(from, ray, (shows) => shows !== 'spaces', { cut: this.cut, far_m });
  }

  #nearest(from: Vec, ray: Vec, meant: (shows: Shows) => boolean, asked: Asked): Hit | null {
    let nearest: Hit | null = null;
    for (const [layer, { shows }] of this.#open) {
      if (!layer.group.parent || !layer.group.visible || !meant(shows)) continue;
      const hit = layer.hit(from, ray, asked);
      if (hit && (!nearest || isBefore({ ...hit, shows }, nearest))) nearest = { ...hit, shows };
    }
    return nearest;
  }

  /** Loaded contents of the survey. */
  get surveyed(): Object3D[] {
    return [...this.#open].flatMap(([layer, { shows }]) => (shows === 'survey' ? layer.group.children : []));
  }

  /** What is open, what it shows and of which model. */
  get layers(): ReadonlyMap<TileLayer, { readonly shows: Shows; readonly source: string }> {
    return this.#open;
  }

  /** Tables of the objects that are loaded. */
  get tables(): FeatureTable[] {
    return [...this.#open.keys()].flatMap(({ contents }) => [...contents.values()]);
  }

  get figures(): { visible: number; failed: number; textureBytes: number; memoryBytes: number } {
    const sum = { visible: 0, failed: 0, textureBytes: 0, memoryBytes: 0 };
    for (const layer of this.#open.keys()) {
      const { visible, failed } = layer.counts;
      sum.visible += visible;
      sum.failed += failed;
      sum.textureBytes += layer.textureBytes;
      // The library keeps one cache for all.
      sum.memoryBytes = Math.max(sum.memoryBytes, layer.memoryBytes);
    }
    return sum;
  }

  dispose(): void {
    this.#remove();
    for (const layer of [...this.#open.keys()]) this.close(layer);
    this.ktx2.dispose();
  }
}
