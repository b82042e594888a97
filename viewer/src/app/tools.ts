// What tools do in the scene: fetched when a tool is first wanted, by hand or by the address.
//
// In: the parts of the scene; wanted tools; keys of the address. Out: running tools. Called by start.
import { effect } from '@preact/signals-core';
import { waitingKeys } from '../state/link-parts';
import { come, missed, want, wantedTools, type ToolName } from '../state/tools';
import type { Parts } from './testing';

interface Entry {
  /** Keys of the address that are this tool's: one that is there wants the tool. */
  readonly links: readonly string[];
  /** Fetches it and starts it; it runs for the life of the page. */
  start(parts: Parts): Promise<void>;
}

/** A tool that is not here does nothing in the scene: its card is all. */
const TOOLS: Partial<Record<ToolName, Entry>> = {
  desk: { links: ['q'], start: (parts) => import('./desk').then(({ start }) => start(parts)) },
  draw: { links: ['d'], start: (parts) => import('./draw').then(({ start }) => start(parts)) },
  snapshot: { links: [], start: (parts) => import('./snapshot').then(({ start }) => start(parts)) },
  walk: { links: [], start: (parts) => import('./walk').then(({ start }) => start(parts)) },
  measure: { links: ['m'], start: (parts) => import('./measure').then(({ start }) => start(parts)) },
  section: { links: ['x'], start: (parts) => import('./section').then(({ start }) => start(parts)) },
  colour: { links: ['c'], start: async () => (await import('../tools/colour')).startColour() },
  compare: { links: ['b'], start: async ({ viewport, tilesets, symbols }) => (await import('../layers/compare')).startCompare(viewport, tilesets, symbols) },
  time: { links: ['t'], start: async () => (await import('../tools/time')).startTimeTool() },
  sun: { links: ['u'], start: async ({ viewport, tilesets, claims }) => (await import('../layers/sun')).startSun(viewport, tilesets, claims) },
  table: { links: ['o'], start: async ({ viewport }) => (await import('../layers/table')).startTable(viewport) },
};

const names = Object.keys(TOOLS) as ToolName[];

export function startTools(parts: Parts): void {
  const started = new Set<ToolName>();
  const start = (name: ToolName): void => {
    const entry = TOOLS[name];
    if (!entry || started.has(name)) return;
    started.add(name);
    parts.tilesets.await(entry.start(parts)).then(
      () => come(name),
      () => {
        started.delete(name);
        missed([name]);
      },
    );
  };
  effect(() => {
    for (const name of wantedTools.value) queueMicrotask(() => start(name));
  });
  const linked = (): void => {
    for (const key of waitingKeys()) names.filter((name) => TOOLS[name]?.links.includes(key)).forEach(want);
  };
  linked();
  addEventListener('hashchange', linked);
}
