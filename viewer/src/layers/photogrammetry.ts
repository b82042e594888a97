// The survey: tiles of the opened scene.
//
// In: the publication of state/session, how objects look. Out: tiles in the viewport, their progress
// and whether they know buildings in state/view. A new version replaces the old tiles once it shows something, so that the place never goes blank.
import { batch, effect, type ReadonlySignal } from '@preact/signals-core';
import type { Catalog, Scene } from '../api/types';
import type { LookOf } from '../scene/features';
import { IDENTITY, ecefToEnu } from '../scene/georef';
import { LazyKtx2Loader } from '../scene/ktx2';
import type { Vec } from '../scene/pose';
import { TileLayer, type TileHit } from '../scene/tiles';
import type { Part, Viewport } from '../scene/viewport';
import { onPhone } from '../state/actions';
import type { Publication } from '../state/session';
import { identified, placeVisible, tiles } from '../state/view';
import { looks } from './looks';

/** Pixels by which the place may differ from the survey. */
const ERROR_TARGET_PX = 16;

/** The scene of the whole community to open: on a phone the light one, else the full one, as far as there is one. */
export function chooseScene(catalog: Catalog, phone: boolean): Scene | null {
  const whole = catalog.scenes.filter((scene) => scene.zone === undefined || scene.zone === null);
  const wanted = phone ? 'app' : 'full';
  return whole.find((scene) => scene.profile === wanted) ?? whole[0] ?? catalog.scenes[0] ?? null;
}

export class Photogrammetry implements Part {
  readonly #viewport: Viewport;
  readonly #undo: (() => void)[] = [];
  // One for all versions: its workers are costly.
  readonly #ktx2: LazyKtx2Loader;
  #shown: TileLayer | null = null;
  #next: TileLayer | null = null;

  constructor(viewport: Viewport, publication: ReadonlySignal<Publication | null>) {
    this.#viewport = viewport;
    this.#ktx2 = new LazyKtx2Loader(viewport.renderer);
    this.#undo.push(viewport.add(this));
    this.#undo.push(effect(() => this.#open(publication.value)));
    this.#undo.push(effect(() => this.#paint(looks.value)));
  }

  beforeDraw(): boolean {
    const { camera, width, height } = this.#viewport;
    if (this.#next) {
      this.#next.update(camera, width, height);
      if (this.#next.counts.visible > 0 || !this.#shown) this.#switch();
    }
    if (this.#shown !== this.#next) this.#shown?.update(camera, width, height);
    const current = this.#next ?? this.#shown;
    if (current) {
      const { done, total, failed, visible } = current.counts;
      const now = tiles.peek();
      batch(() => {
        if (now.done !== done || now.total !== total || now.failed !== failed) tiles.value = { done, total, failed };
        if (visible > 0) placeVisible.value = true;
        identified.value = current.identified;
      });
    }
    return false;
  }

  get idle(): boolean {
    return (this.#next ?? this.#shown)?.idle ?? false;
  }

  /** Ids of the objects in loaded tiles. */
  get objects(): ReadonlySet<string> {
    return this.#shown?.objects ?? new Set();
  }

  hit(from: Vec, ray: Vec): TileHit | null {
    return this.#shown?.hit(from, ray) ?? null;
  }

  get figures(): { visible: number; failed: number; textureBytes: number; memoryBytes: number } {
    const layer = this.#shown;
    return {
      visible: layer?.counts.visible ?? 0,
      failed: layer?.counts.failed ?? 0,
      textureBytes: layer?.textureBytes ?? 0,
      memoryBytes: layer?.memoryBytes ?? 0,
    };
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    for (const layer of new Set([this.#shown, this.#next])) layer?.dispose();
    this.#shown = this.#next = null;
    this.#ktx2.dispose();
  }

  #open(publication: Publication | null): void {
    const scene = publication ? chooseScene(publication.catalog, onPhone()) : null;
    if (!publication || !scene) return;
    const { origin } = publication.catalog.community;
    if (this.#next !== this.#shown) this.#next?.dispose();
    this.#next = new TileLayer({
      url: new URL(scene.tileset, publication.base).href,
      toWorld: origin ? ecefToEnu({ height_m: 0, ...origin }) : IDENTITY,
      errorTarget_px: ERROR_TARGET_PX,
      phone: onPhone(),
      ktx2: this.#ktx2,
      changed: this.#viewport.invalidate,
    });
    this.#next.paint(looks.peek());
    const { min, max } = scene.bounds;
    this.#viewport.sky.reach(Math.hypot(max.east_m - min.east_m, max.north_m - min.north_m));
    this.#viewport.invalidate();
  }

  #paint(lookOf: LookOf): void {
    for (const layer of new Set([this.#shown, this.#next])) layer?.paint(lookOf);
  }

  /** Puts the next layer in the place of the shown one. */
  #switch(): void {
    if (this.#shown === this.#next) return;
    this.#shown?.dispose();
    this.#shown = this.#next;
    this.#next = null;
    if (this.#shown) this.#viewport.scene.add(this.#shown.group);
  }
}
