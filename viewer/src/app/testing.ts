// Hooks for browser tests on `window.__twin`: soon there, free until called, read-only but for `toggle`.
//
//   idle()              nothing is loading, moving or waiting to be drawn
//   stop(), start()     hold the drawing loop, and let it run
//   frame()             draw once, now
//   project(id)         where a device's foot is: CSS pixels on the page; null if out of view
//   symbol(id)          where its symbol's head is, or that of the group it is in
//   reportSymbol(id)    the same of a resident's report
//   projectSymbol(id)   and of a project of renewal
//   projectPoint(e,n,u) the same for local metres
//   pick(x, y)          what a click there would choose
//   objects()           ids of the objects that loaded tiles know
//   drawn()             of these, the ones that are not hidden
//   colourAt(x, y)      red, green, blue (0 … 255) of the picture there, drawn now
//   background()        share of the picture that is sky (0 … 1)
//   stats()             figures of the last frame
//   deviceColour(id)    colour of a device's symbol, from its state as drawn
//   pose()              where the camera stands
//   memory()            geometries and textures that the engine holds
//   toggle(what, id)    shows or hides a model, or its spaces, as the list does
//
// In: the layers. Called by tests only: the planner fetches them once its scene has begun.
import type { Claims } from '../layers/claims';
import type { DeviceSymbols, Shown } from '../layers/devices';
import type { Navigation } from '../layers/navigation';
import type { Picking } from '../layers/picking';
import type { Tilesets } from '../layers/tilesets';
import type { FeatureTable } from '../scene/features';
import type { Viewport } from '../scene/viewport';
import { devices } from '../state/devices';
import { toggleModel } from '../state/models';
import { buildingById } from '../state/session';
import { LOOKS } from '../state/status';
import { pose, tiles, type ViewPose } from '../state/view';

export interface Parts {
  readonly viewport: Viewport;
  readonly tilesets: Tilesets;
  readonly symbols: DeviceSymbols;
  readonly picking: Picking;
  readonly claims: Claims;
  readonly navigation: Navigation;
}

export interface Screen {
  readonly x: number;
  readonly y: number;
}

export interface Picked {
  readonly type: 'device' | 'report' | 'project' | 'building' | 'element' | 'ground' | 'nothing';
  readonly id?: string;
  readonly name?: string;
  readonly position?: { readonly east_m: number; readonly north_m: number; readonly up_m: number };
}

export interface TwinHooks {
  idle(): boolean;
  stop(): void;
  start(): void;
  frame(): void;
  project(device: string): Screen | null;
  symbol(device: string): (Screen & { readonly members: readonly string[] }) | null;
  reportSymbol(report: string): (Screen & { readonly members: readonly string[] }) | null;
  projectSymbol(project: string): (Screen & { readonly members: readonly string[] }) | null;
  projectPoint(east_m: number, north_m: number, up_m: number): Screen | null;
  pick(x: number, y: number): Promise<Picked>;
  objects(): readonly string[];
  drawn(): readonly string[];
  colourAt(x: number, y: number): readonly number[];
  background(): number;
  stats(): Record<'triangles' | 'drawCalls' | 'frames' | 'tilesVisible' | 'tilesFailed' | 'tilesLeft' | 'textureBytes' | 'memoryBytes' | 'errors', number>;
  deviceColour(device: string): string | null;
  pose(): ViewPose | null;
  memory(): { readonly geometries: number; readonly textures: number };
  toggle(what: 'model' | 'spaces', source: string): Promise<void>;
}

declare global {
  interface Window {
    __twin?: TwinHooks;
  }
}

let errors = 0;
addEventListener('error', () => errors++);
addEventListener('unhandledrejection', () => errors++);

export function exposeForTests({ viewport, tilesets, symbols, picking, navigation }: Parts): void {
  window.__twin = {
    idle: () => tilesets.idle && viewport.still && !navigation.moving,
    stop: () => viewport.stop(),
    start: () => viewport.start(),
    frame: () => viewport.frame(),
    project: (id) => {
      const p = devices.peek().get(id)?.position;
      return p ? inView(viewport, p.east_m, p.north_m, p.up_m) : null;
    },
    symbol: (id) => headOf(symbols.shown(id)),
    reportSymbol: (id) => headOf(picking.reports?.shown(id)),
    projectSymbol: (id) => headOf(picking.projects?.shown(id)),
    projectPoint: (e, n, u) => inView(viewport, e, n, u),
    pick: (x, y) => Promise.resolve(picked(picking, x, y)),
    objects: () => loaded(tilesets, () => true),
    drawn: () => loaded(tilesets, (table, row) => !table.hides(row)),
    colourAt: (x, y) => colourAt(viewport, x, y),
    background: () => skyShare(viewport),
    stats: () => {
      const { visible, failed, textureBytes, memoryBytes } = tilesets.figures;
      const { triangles, calls } = viewport.renderer.info.render;
      const { done, total } = tiles.peek();
      return { triangles, drawCalls: calls, frames: viewport.frames, tilesVisible: visible, tilesFailed: failed, tilesLeft: total - done, textureBytes, memoryBytes, errors };
    },
    deviceColour: (id) => {
      const device = devices.peek().get(id);
      return device ? LOOKS[device.status].fill : null;
    },
    pose: () => pose.peek(),
    memory: () => ({ ...viewport.renderer.info.memory }),
    toggle: async (what, source) => {
      if (what === 'model') toggleModel(source);
      else (await import('../state/bim')).toggleSpaces(source);
    },
  };
}

function headOf(shown: Shown | null | undefined): (Screen & { readonly members: readonly string[] }) | null {
  return shown ? { x: shown.x, y: shown.y - shown.head.above, members: shown.members } : null;
}

function loaded(tilesets: Tilesets, meant: (table: FeatureTable, row: number) => boolean): string[] {
  return [...new Set(tilesets.tables.flatMap((table) => table.ids.filter((_, row) => meant(table, row))))].sort();
}

function inView(viewport: Viewport, e: number, n: number, u: number): Screen | null {
  const p = viewport.project([e, n, u]);
  return p && p.x >= 0 && p.y >= 0 && p.x <= viewport.width && p.y <= viewport.height ? { x: p.x, y: p.y } : null;
}

function picked(picking: Picking, x: number, y: number): Picked {
  const hit = picking.at(x, y, false);
  if (!hit) return { type: 'nothing' };
  if (hit.type === 'element') return { type: 'element', id: hit.id, position: hit.spot.local };
  if (hit.type === 'ground') return { type: 'ground', position: hit.spot.local };
  if (hit.type === 'building') {
    const name = buildingById.peek().get(hit.id)?.name;
    return { type: 'building', id: hit.id, name: name?.zh ?? name?.en ?? hit.id, position: hit.spot.local };
  }
  if (hit.type === 'report' || hit.type === 'project') return { type: hit.type, id: hit.id };
  const device = devices.peek().get(hit.id);
  return { type: 'device', id: hit.id, name: device?.name.zh ?? device?.name.en ?? hit.id, ...(device ? { position: device.position } : {}) };
}

/** Read straight after drawing, in one task, before the browser may clear the canvas. */
function colourAt(viewport: Viewport, x: number, y: number): readonly number[] {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const ratio = viewport.renderer.getPixelRatio();
  viewport.frame();
  context?.drawImage(viewport.canvas, x * ratio, y * ratio, 1, 1, 0, 0, 1, 1);
  return [...(context?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3);
}

/**
 * Draws the sky alone and then everything, and compares: what is the same is sky. Both are read
 * straight after drawing, in one task, before the browser may clear the canvas.
 */
function skyShare(viewport: Viewport): number {
  const [width, height] = [96, 60];
  const read = (): Uint8ClampedArray => {
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(viewport.canvas, 0, 0, width, height);
    return context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
  };
  const others = viewport.scene.children.filter((child) => child !== viewport.sky.mesh && child.visible);
  for (const child of others) child.visible = false;
  viewport.renderer.render(viewport.scene, viewport.camera);
  const sky = read();
  for (const child of others) child.visible = true;
  viewport.frame();
  const all = read();
  let same = 0;
  for (let i = 0; i < all.length; i += 4) {
    if ([0, 1, 2].every((k) => Math.abs((all[i + k] ?? 0) - (sky[i + k] ?? 0)) <= 3)) same++;
  }
  return same / (width * height);
}
