// Building models: a tileset for each, one for the spaces of those whose spaces are wanted.
//
// In: models, toggles, isolation, cuts and selection of state. Out: tiles in the viewport, lit;
// which models stand, in state/models. Fetched only for communities with a model.
import { computed, effect, untracked } from '@preact/signals-core';
import type { Scene } from '../api/types';
import type { LookOf } from '../scene/features';
import { Marked } from '../scene/marked';
import { asModel, asSpaces, lights } from '../scene/models';
import { TileLayer } from '../scene/tiles';
import { wallDirection } from '../scene/walls';
import type { Part, Viewport } from '../scene/viewport';
import { onPhone } from '../state/actions';
import { classOf, isolated, spacesShown, startBim, storeyOf, wallsOf } from '../state/bim';
import { kept } from '../state/cut';
import { hiddenParts, isGone } from '../state/hiding';
import { models, ofProfile, openModels, standing, type Model } from '../state/models';
import { touches } from '../state/section';
import { hidden, selection } from '../state/selection';
import { publication } from '../state/session';
import { paintShown } from '../state/view';
import { lookOfModels } from './model-looks';
import { toWorld } from './photogrammetry';
import type { Tilesets } from './tilesets';

/** Pixels by which a model may differ from its finest level: as the survey, but exact while one looks inside. */
const ERROR_TARGET_PX = { outside: 12, inside: 0.5 };

interface Wanted {
  readonly url: string;
  readonly source: string;
  readonly spaces: boolean;
  readonly inside: boolean;
}

export class Bim implements Part {
  readonly #viewport: Viewport;
  readonly #tilesets: Tilesets;
  readonly #undo: (() => void)[] = [];
  readonly #open = new Map<string, { readonly layer: TileLayer; readonly source: string; readonly spaces: boolean }>();
  readonly #lights = lights();
  readonly #marked: Marked;
  #markedOf = '';

  constructor(viewport: Viewport, tilesets: Tilesets) {
    [this.#viewport, this.#tilesets] = [viewport, tilesets];
    viewport.scene.add(this.#lights);
    this.#marked = new Marked(viewport.renderer.getPixelRatio());
    viewport.scene.add(this.#marked.group);
    this.#undo.push(
      startBim(),
      viewport.add(this),
      effect(() => this.#show(wanted.value)),
      effect(() => this.#paint(looks.value)),
    );
  }

  beforeDraw(): boolean {
    const there = [...this.#open.values()].filter(({ layer, spaces }) => !spaces && layer.identified);
    const sources = there.map(({ source }) => source);
    if (sources.some((source) => !standing.peek().has(source)) || standing.peek().size > sources.length) standing.value = new Set(sources);
    for (const { source, layer } of there) this.#findWalls(source, layer);
    this.#mark();
    return false;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#show([]);
    this.#lights.removeFromParent();
    this.#marked.dispose();
    standing.value = new Set();
  }

  /** Opens what is wanted and closes the rest. */
  #show(list: readonly Wanted[]): void {
    const urls = new Set(list.map(({ url }) => url));
    for (const [url, { layer }] of this.#open) {
      if (urls.has(url)) continue;
      this.#open.delete(url);
      this.#tilesets.close(layer);
    }
    for (const one of list) {
      const layer = this.#open.get(one.url)?.layer ?? this.#add(one);
      if (layer) layer.errorTarget_px = one.inside ? ERROR_TARGET_PX.inside : ERROR_TARGET_PX.outside;
    }
    this.#viewport.invalidate();
  }

  #add({ url, source, spaces }: Wanted): TileLayer | null {
    const now = publication.peek();
    if (!now) return null;
    const layer = new TileLayer({
      url,
      toWorld: toWorld(now),
      errorTarget_px: ERROR_TARGET_PX.outside,
      phone: onPhone(),
      ktx2: this.#tilesets.ktx2,
      changed: this.#viewport.invalidate,
      restyle: spaces ? asSpaces : asModel,
    });
    layer.paint(untracked(() => looks.value));
    this.#open.set(url, { layer, source, spaces });
    this.#tilesets.open(layer, spaces ? 'spaces' : 'model', source);
    this.#viewport.scene.add(layer.group);
    return layer;
  }

  #paint(lookOf: typeof looks.value): void {
    for (const { layer } of this.#open.values()) layer.paint(lookOf);
  }

  /** Once for each model, of what has come first: blocks and shells stand as the building does. */
  #findWalls(source: string, layer: TileLayer): void {
    if (wallsOf.peek().has(source)) return;
    const found = wallDirection([...layer.contents.keys()]);
    if (found !== null) wallsOf.value = new Map(wallsOf.peek()).set(source, found);
  }

  /** Draws the edges of the selected element, anew whenever other tiles show it. */
  #mark(): void {
    const now = selection.peek();
    const id = now?.type === 'element' ? now.id : '';
    const own = [...this.#open.values()].filter(({ source }) => id.startsWith(`${source}/`));
    const seen = own.flatMap(({ layer }) => [...layer.contents].filter(([scene, { ids }]) => scene.parent !== null && ids.includes(id)));
    const of = `${id} ${JSON.stringify(kept.peek())} ${seen.map(([scene]) => scene.id).join(' ')}`;
    if (of !== this.#markedOf) {
      this.#markedOf = of;
      this.#marked.set(id, seen, kept.peek());
    }
    this.#marked.resize(this.#viewport.screen);
  }
}

/** Models of which something is cut away. */
const cutModels = computed(() => new Set(models.value.flatMap(({ source, bounds }) => (touches(kept.value, bounds) ? [source] : []))));

/** The tilesets that should be open. A light profile ends with the shell: who looks inside needs the complete one. */
const wanted = computed<readonly Wanted[]>(() => {
  const base = publication.value?.base ?? '';
  const url = (scene: Scene): string => new URL(scene.tileset, base).href;
  // A building that is hidden is hidden as a model, too.
  const there = openModels.value.filter(({ replaces }) => replaces.length === 0 || !replaces.every((id) => hidden.value.has(id)));
  return there.flatMap((model: Model): Wanted[] => {
    const inside = cutModels.value.has(model.source) || isolated.value?.source === model.source;
    const scene = ofProfile(model.scenes, onPhone() && !inside ? 'app' : 'full');
    const spaces = spacesShown.value.has(model.source) ? ofProfile(model.spaces, 'full') : null;
    return [
      ...(scene ? [{ url: url(scene), source: model.source, spaces: false, inside }] : []),
      ...(spaces ? [{ url: url(spaces), source: model.source, spaces: true, inside: true }] : []),
    ];
  });
});

const selectedId = computed(() => (selection.value?.type === 'element' ? selection.value.id : null));

const looks = computed<LookOf>(() => {
  const [rules, storey, type, paint] = [hiddenParts.value, storeyOf.value, classOf.value, paintShown.value];
  const gone = (id: string): boolean => rules.size > 0 && isGone(rules, id, storey?.get(id), type.get(id));
  const own = lookOfModels(selectedId.value, isolated.value, storey, gone);
  return paint ? (id) => own(id) ?? paint(id) : own;
});
