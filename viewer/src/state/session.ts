// The publication that is open: catalogue, objects, device kinds.
//
// In: the server's answers. Out: signals for layers and panels. Opening is repeated until it
// succeeds; what was open stays open while a later attempt fails.
import { computed, signal } from '@preact/signals-core';
import { ApiError, address, getCatalog, getDeviceKinds, getObjects, type ApiFailure } from '../api/client';
import type { Catalog, CatalogAnswer, DeviceKind, ModelObject } from '../api/types';

/** A publication as it is served. */
export interface Publication {
  readonly version: string;
  /** Address of the version's folder. */
  readonly base: string;
  readonly catalog: Catalog;
}

/** Why nothing new could be opened. */
export interface Trouble {
  readonly failure: ApiFailure;
  readonly detail: string;
  /** Instant of the next attempt (`Date.now()`); null while it runs. */
  readonly retryAt_ms: number | null;
}

export const publication = signal<Publication | null>(null);
export const trouble = signal<Trouble | null>(null);
export const kinds = signal<ReadonlyMap<string, DeviceKind>>(new Map());
/** Buildings of the footprints; those of models are listed with their model. */
export const buildings = signal<readonly ModelObject[]>([]);
export const zones = signal<readonly ModelObject[]>([]);

export const buildingById = computed(() => new Map(buildings.value.map((b) => [b.id, b])));

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15_000;

let timer = 0;
let wait_ms = FIRST_RETRY_MS;
let attempt = 0;

/** Opens what the server publishes now, and tries again until it does. */
export function open(): void {
  attend(openOnce);
}

/**
 * Opens the place alone, without its objects: a phone draws it before anything in it is named. `asked` is an answer that
 * is on its way already.
 */
export function openPlace(asked: Promise<CatalogAnswer>): void {
  let first: Promise<CatalogAnswer> | null = asked;
  attend(async () => {
    const answer = first ?? getCatalog();
    first = null;
    show(await answer);
  });
}

function attend(once: () => Promise<void>): void {
  clearTimeout(timer);
  const mine = ++attempt;
  if (trouble.value) trouble.value = { ...trouble.value, retryAt_ms: null };
  once().then(
    () => {
      if (mine !== attempt) return;
      wait_ms = FIRST_RETRY_MS;
      trouble.value = null;
    },
    (error: unknown) => {
      if (mine !== attempt) return;
      const failure = error instanceof ApiError ? error.failure : 'fault';
      const detail = error instanceof Error ? error.message : String(error);
      trouble.value = { failure, detail, retryAt_ms: Date.now() + wait_ms };
      timer = window.setTimeout(() => attend(once), wait_ms);
      wait_ms = Math.min(wait_ms * 2, LONGEST_RETRY_MS);
    },
  );
}

async function openOnce(): Promise<void> {
  const answer = await getCatalog();
  const [kindList, buildingList, zoneList] = await Promise.all([getDeviceKinds(), getObjects('building'), getObjects('zone')]);
  kinds.value = new Map(kindList.map((kind) => [kind.id, kind]));
  buildings.value = buildingList.filter(({ bim }) => !bim);
  zones.value = zoneList;
  show(answer);
}

function show({ version, base, catalog }: CatalogAnswer): void {
  if (publication.peek()?.version !== version) publication.value = { version, base: address(base), catalog };
}

/** The server publishes `version` now. */
export function published(version: string): void {
  if (publication.peek()?.version !== version) open();
}

/** The server was heard of again: no need to wait for the timer. */
export function reachable(): void {
  if (trouble.peek()?.retryAt_ms) open();
}
