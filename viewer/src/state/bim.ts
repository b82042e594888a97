// What the user asked of building models: spaces, one storey alone; and what the server
// tells about them.
//
// In: toggles, the selection, the server's objects. Out: signals for the model layer and panels.
// Fetched only for communities with a model; what others must know of it is in `models.ts`.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { ApiError, getObject, getObjects } from '../api/client';
import type { ModelObject } from '../api/types';
import { select } from './actions';
import { hiddenParts } from './hiding';
import { line } from './live';
import { flipped, showModel, shownModels } from './models';
import { selectedElement, selection } from './selection';
import { publication } from './session';
import { command } from './view';

/** Storeys of each source, the highest first; null until the server has told. */
export const storeys = signal<ReadonlyMap<string, readonly ModelObject[]> | null>(null);
/** The buildings that models say they show, by source. */
export const modelBuildings = signal<ReadonlyMap<string, ModelObject>>(new Map());
export const structureFailed = signal(false);

/** Sources whose spaces are wanted. */
export const spacesShown = signal<ReadonlySet<string>>(new Set());

/** The storey that is shown alone. */
export const isolated = signal<{ readonly source: string; readonly storey: string } | null>(null);

/** The storey of each element and space; null until somebody asked and the server answered. */
export const storeyOf = signal<ReadonlyMap<string, string> | null>(null);
/** The class of each, told together with its storey. */
export const classOf = signal<ReadonlyMap<string, string>>(new Map());
export const storeyOfFailed = signal(false);

/** The direction of each model's walls, degrees from north, as far as its tiles tell. */
export const wallsOf = signal<ReadonlyMap<string, number>>(new Map());

/** Storeys by source, the highest first. */
export function bySource(list: readonly ModelObject[]): Map<string, ModelObject[]> {
  const found = new Map<string, ModelObject[]>();
  for (const storey of list) {
    const source = storey.bim?.source ?? '';
    found.set(source, [...(found.get(source) ?? []), storey]);
  }
  const height = (storey: ModelObject): number => storey.bim?.elevation_m ?? storey.bounds.min.up_m;
  for (const of of found.values()) of.sort((a, b) => height(b) - height(a));
  return found;
}

/** Spaces are seen with their model. */
export const areSpacesShown = (source: string): boolean =>
  spacesShown.value.has(source) && shownModels.value.some((model) => model.source === source);

export function toggleSpaces(source: string): void {
  const on = !areSpacesShown(source);
  batch(() => {
    if (on !== spacesShown.peek().has(source)) spacesShown.value = flipped(spacesShown.peek(), source);
    if (on) showModel(source);
  });
}

/** Shows a storey alone and goes there; all storeys again if it was alone. */
export function isolate(storey: ModelObject): void {
  const source = storey.bim?.source ?? '';
  if (isolated.peek()?.storey === storey.id) {
    isolated.value = null;
    return;
  }
  batch(() => {
    isolated.value = { source, storey: storey.id };
    showModel(source);
  });
  command({ do: 'box', box: storey.bounds, away: 1.05 });
}

export const showAllStoreys = (): void => void (isolated.value = null);

/** Selects an element, shows what hides it, and goes there. */
export function goToElement(object: ModelObject): void {
  const { source, storey } = object.bim ?? { source: '', storey: undefined };
  batch(() => {
    select({ type: 'element', id: object.id, spot: null });
    showModel(source);
    if (object.class === 'space' && !areSpacesShown(source)) toggleSpaces(source);
    if (isolated.peek() && isolated.peek()?.storey !== storey) isolated.value = null;
  });
  command({ do: 'box', box: object.bounds });
}

/** Asks the server what the panels show; again with each version. Runs until the returned function is called. */
export function startBim(): () => void {
  const undo = [
    effect(() => {
      // Whatever happens to the line is a reason to try what failed.
      const { state } = line.value;
      if (publication.value && (state === 'live' || structureOf === '')) loadStructure(publication.value.version);
    }),
    effect(() => {
      if ((isolated.value || hiddenParts.value.size > 0) && storeyOf.value === null) loadStoreyOf(publication.value?.version ?? '');
    }),
    effect(lookUp),
  ];
  return () => undo.forEach((one) => one());
}

let structureOf = '';

function loadStructure(version: string): void {
  if (structureOf === version) return;
  structureOf = version;
  batch(() => {
    storeys.value = storeyOf.value = null;
    structureFailed.value = storeyOfFailed.value = false;
  });
  Promise.all([getObjects('storey'), getObjects('building')]).then(
    ([list, buildings]) => {
      if (structureOf !== version) return;
      batch(() => {
        storeys.value = bySource(list);
        modelBuildings.value = new Map(buildings.flatMap((b) => (b.bim ? [[b.bim.source, b] as const] : [])));
        if (!list.some(({ id }) => id === isolated.peek()?.storey)) isolated.value = null;
      });
    },
    () => {
      // Asked again when the line to the server changes.
      if (structureOf === version) structureOf = '';
      structureFailed.value = true;
    },
  );
}

let asked = '';

function loadStoreyOf(version: string): void {
  if (asked === version) return;
  asked = version;
  Promise.all([getObjects('element'), getObjects('space')]).then(
    (lists) => {
      asked = '';
      if (publication.peek()?.version !== version) return;
      // Nothing but this is kept: property sets are many times larger.
      batch(() => {
        classOf.value = new Map(lists.flat().flatMap(({ id, bim }) => (bim ? [[id, bim.ifc_class] as const] : [])));
        storeyOf.value = new Map(lists.flat().flatMap(({ id, bim }) => (bim?.storey ? [[id, bim.storey] as const] : [])));
      });
    },
    () => {
      asked = '';
      batch(() => {
        storeyOfFailed.value = true;
        isolated.value = null;
      });
    },
  );
}

const elementId = computed(() => (selection.value?.type === 'element' ? selection.value.id : null));

function lookUp(): (() => void) | undefined {
  const id = elementId.value;
  const alive = line.value.state === 'live';
  if (publication.value === null || (selectedElement.peek() === 'failed' && !alive)) return undefined;
  const known = selectedElement.peek();
  if (known && typeof known === 'object' && known.id === id) return undefined;
  selectedElement.value = null;
  if (id === null) return undefined;
  const stop = new AbortController();
  getObject(id, stop.signal).then(
    (object) => (selectedElement.value = object),
    (error: unknown) => {
      if (!stop.signal.aborted) selectedElement.value = error instanceof ApiError && error.failure === 'missing' ? 'gone' : 'failed';
    },
  );
  return () => stop.abort();
}
