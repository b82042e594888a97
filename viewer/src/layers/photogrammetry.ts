// The survey: tiles of the opened scene.
//
// In: the publication of state/session, how objects look. Out: tiles in the viewport, and in
// state/view whether they know buildings. A new version replaces the old tiles once it shows
// something, so that the place never goes blank. A community of building models alone has no survey:
// its place is the models, which have a layer of their own.
import { effect, type ReadonlySignal } from '@preact/signals-core';
import type { Catalog, Scene } from '../api/types';
import type { LookOf } from '../scene/features';
import { IDENTITY, ecefToEnu } from '../scene/georef';
import { TileLayer } from '../scene/tiles';
import type { Part, Viewport } from '../scene/viewport';
import { onPhone } from '../state/actions';
import { isSurveyed } from '../state/models';
import { chooseScene } from '../state/scenes';
import type { Publication } from '../state/session';
import { identified } from '../state/view';
import { looks } from './looks';
import type { Tilesets } from './tilesets';

/** Pixels by which the place may differ from the survey. */
const ERROR_TARGET_PX = 16;

/** Which scene of a community is opened; it may read signals, and is asked anew when they change. */
export type Choose = (catalog: Catalog) => Scene | null;

export const asScreen: Choose = (catalog) => chooseScene(catalog, onPhone());

/** From the frame of a publication's tilesets to the world. */
export function toWorld({ catalog }: Publication): readonly number[] {
  const { origin } = catalog.community;
  return origin ? ecefToEnu({ height_m: 0, ...origin }) : IDENTITY;
}

export class Photogrammetry implements Part {
  readonly #viewport: Viewport;
  readonly #tilesets: Tilesets;
  readonly #choose: Choose;
  readonly #undo: (() => void)[] = [];
  #shown: TileLayer | null = null;
  #next: TileLayer | null = null;

  constructor(viewport: Viewport, tilesets: Tilesets, publication: ReadonlySignal<Publication | null>, choose = asScreen) {
    [this.#viewport, this.#tilesets, this.#choose] = [viewport, tilesets, choose];
    this.#undo.push(viewport.add(this));
    this.#undo.push(effect(() => this.#open(publication.value)));
    this.#undo.push(effect(() => this.#paint(looks.value)));
  }

  beforeDraw(): boolean {
    if (this.#next && (this.#next.counts.visible > 0 || !this.#shown)) this.#switch();
    identified.value = (this.#next ?? this.#shown)?.identified ?? false;
    return false;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#close();
  }

  #open(publication: Publication | null): void {
    const scene = publication ? this.#choose(publication.catalog) : null;
    if (!publication || !scene) return;
    const { min, max } = scene.bounds;
    this.#viewport.sky.reach(Math.hypot(max.east_m - min.east_m, max.north_m - min.north_m));
    if (!isSurveyed(publication.catalog)) {
      this.#close();
      return;
    }
    if (this.#next) this.#tilesets.close(this.#next);
    this.#next = new TileLayer({
      url: new URL(scene.tileset, publication.base).href,
      toWorld: toWorld(publication),
      errorTarget_px: ERROR_TARGET_PX,
      phone: onPhone(),
      ktx2: this.#tilesets.ktx2,
      changed: this.#viewport.invalidate,
    });
    this.#next.paint(looks.peek());
    this.#tilesets.open(this.#next, 'survey');
  }

  #paint(lookOf: LookOf): void {
    for (const layer of [this.#shown, this.#next]) layer?.paint(lookOf);
  }

  /** Puts the next layer in the place of the shown one. */
  #switch(): void {
    if (this.#shown) this.#tilesets.close(this.#shown);
    this.#shown = this.#next;
    this.#next = null;
    if (this.#shown) this.#viewport.scene.add(this.#shown.group);
  }

  #close(): void {
    for (const layer of [this.#shown, this.#next]) if (layer) this.#tilesets.close(layer);
    this.#shown = this.#next = null;
  }
}
