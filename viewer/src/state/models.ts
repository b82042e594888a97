// The building models of the publication: which there are, which are shown, what of the survey gives
// way to them. Everything else about models is in `bim.ts`, which is fetched when there is one.
//
// In: the catalogue; what the user toggles; what the model layer has on screen. Out: signals.
import { computed, signal } from '@preact/signals-core';
import type { Catalog, LocalBox, Scene } from '../api/types';
import { publication } from './session';

/** A building model: one source of the plan. */
export interface Model {
  readonly source: string;
  readonly state: 'existing' | 'proposed';
  /** Ids of objects of the survey that it stands for. */
  readonly replaces: readonly string[];
  /** Whether it is shown before anyone asks: what exists, or all where nothing exists yet. */
  readonly atFirst: boolean;
  readonly bounds: LocalBox;
  /** Its tilesets by profile; spaces may be missing. */
  readonly scenes: readonly Scene[];
  readonly spaces: readonly Scene[];
}

export function modelsOf(catalog: Catalog): Model[] {
  const bySource = (content: string, source: string): Scene[] =>
    catalog.scenes.filter((scene) => scene.content === content && scene.source === source);
  const existing = catalog.scenes.some(({ content, state }) => content === 'model' && (state ?? 'existing') === 'existing');
  const planned = !existing && catalog.sources.every(({ kind }) => kind === 'ifc');
  return catalog.sources.flatMap(({ id }) => {
    const scenes = bySource('model', id);
    const first = scenes[0];
    if (!first) return [];
    const state = first.state ?? 'existing';
    return { source: id, state, atFirst: state === 'existing' || planned, replaces: first.replaces ?? [], bounds: first.bounds, scenes, spaces: bySource('spaces', id) };
  });
}

/** The scene of a profile, else any. */
export const ofProfile = (scenes: readonly Scene[], profile: string): Scene | null =>
  scenes.find((scene) => scene.profile === profile) ?? scenes[0] ?? null;

/** Whether the scene of the place shows more than the models, which have scenes of their own. */
export const isSurveyed = (catalog: Catalog): boolean =>
  modelsOf(catalog).length === 0 || catalog.sources.some(({ kind }) => kind !== 'ifc');

export const models = computed<readonly Model[]>(() => (publication.value ? modelsOf(publication.value.catalog) : []));

/** Sources that are shown or hidden, other than at first. */
export const toggled = signal<ReadonlySet<string>>(new Set());

/** Whether a model is wanted on screen. */
const isWanted = (model: Model, other: ReadonlySet<string>): boolean => model.atFirst !== other.has(model.source);

/** Whether two models stand for the same building. */
export const rival = (a: Model, b: Model): boolean => a.source !== b.source && a.replaces.some((id) => b.replaces.includes(id));

/** What is shown of all: what is wanted, but of one building not what exists beside what is planned. */
export function shownOf(all: readonly Model[], other: ReadonlySet<string>): Model[] {
  const wanted = all.filter((model) => isWanted(model, other));
  return wanted.filter((model) => model.state === 'proposed' || !wanted.some((one) => one.state === 'proposed' && rival(one, model)));
}

/** `other` after a model has been shown or hidden. Showing one hides what would stand in the same place. */
export function withToggled(all: readonly Model[], other: ReadonlySet<string>, source: string): ReadonlySet<string> {
  const model = all.find((one) => one.source === source);
  if (!model) return other;
  if (shownOf(all, other).includes(model)) return flipped(other, source);
  const next = isWanted(model, other) ? other : flipped(other, source);
  return all
    .filter((one) => one.state === 'proposed' && rival(one, model) && isWanted(one, next))
    .reduce<ReadonlySet<string>>((set, one) => flipped(set, one.source), next);
}

/** What each side of a comparison shows, by source. What everything else takes for shown is the first side. */
export interface Sides {
  readonly shown: readonly [ReadonlySet<string>, ReadonlySet<string>];
  /** Shows a model on the first side, or hides it. */
  toggle(source: string): void;
}
export const sides = signal<Sides | null>(null);

export const shownModels = computed<readonly Model[]>(() => {
  const shown = sides.value?.shown[0];
  return shown ? models.value.filter(({ source }) => shown.has(source)) : shownOf(models.value, toggled.value);
});

/** What is drawn on any side. */
export const openModels = computed(() => {
  const other = sides.value?.shown[1];
  return other ? models.value.filter((model) => other.has(model.source) || shownModels.value.includes(model)) : shownModels.value;
});

/** Sources whose tiles have come: only then the survey gives way, so that no hole opens. */
export const standing = signal<ReadonlySet<string>>(new Set());

/** Ids of objects of the survey that a model stands for now. */
export const replacedBy = (shown: readonly Model[]): ReadonlySet<string> =>
  new Set(shown.filter(({ source }) => standing.value.has(source)).flatMap(({ replaces }) => replaces));

export const replaced = computed(() => replacedBy(shownModels.value));

/** A set with an element put in, or taken out if it was there. */
export function flipped<T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(one)) next.add(one);
  return next;
}

export function toggleModel(source: string): void {
  const both = sides.peek();
  if (both) both.toggle(source);
  else toggled.value = withToggled(models.peek(), toggled.peek(), source);
}

export function showModel(source: string): void {
  if (!shownModels.peek().some((model) => model.source === source)) toggleModel(source);
}

/** Whether the part of the viewer that draws models could not be fetched. */
export const modelsMissing = signal(false);
