// Hooks for browser tests and the soak on `window.__wall`: always there, read-only, free until called;
// but for `lose`, which takes the graphics away as a browser does.
//
// In: state of the wall. Out: answers. Called by tests only.
import type { Viewport } from '../scene/viewport';
import type { WallCamera } from '../layers/wall/camera';
import { line } from '../state/live';
import { graphics } from '../state/view';
import { display, emergency } from '../state/wall/displays';
import { heatShown, shownPanels } from '../state/wall/shown';
import { stops } from '../state/wall/stops';
import { phase, stopBehind } from '../state/wall/touring';
import type { Phase } from '../state/wall/tour';
import { trendData } from '../state/wall/trends';
import { warmth } from '../state/wall/warmth';
import { keeps, reloading } from './keeper';
import { unit } from './unit';

export interface WallHooks {
  phase(): Phase;
  stop(): { readonly title: string | undefined; readonly index: number; readonly of: number };
  moving(): boolean;
  panels(): readonly string[];
  display(): string | null;
  emergency(): string | null;
  line(): string;
  graphics(): string;
  heat(): { readonly shown: boolean; readonly alarms: number };
  trends(): readonly (number | null)[];
  keeper(): typeof keeps & { readonly reloading: string | null };
  unit(): number;
  /** What the engine holds, and mebibytes of tiles. */
  memory(): { readonly geometries: number; readonly textures: number; readonly tile_mib: number };
  lose(): { restore(): void };
}

declare global {
  interface Window {
    __wall?: WallHooks;
  }
}

export function exposeWall(viewport: Viewport | null, camera: WallCamera | null): void {
  window.__wall = {
    phase: () => phase.peek(),
    stop: () => {
      const now = phase.peek();
      return { title: stopBehind.peek()?.title.zh ?? stopBehind.peek()?.title.en ?? undefined, index: 'then' in now ? now.then.stop : now.stop, of: stops.peek().length };
    },
    moving: () => camera?.moving ?? false,
    panels: () => [...shownPanels.peek()],
    display: () => display.peek()?.id ?? null,
    emergency: () => emergency.peek()?.plan.id ?? null,
    line: () => line.peek().state,
    graphics: () => graphics.peek(),
    heat: () => ({ shown: heatShown.peek(), alarms: warmth.peek()?.places.length ?? 0 }),
    trends: () => trendData.peek().map((data) => data?.times.length ?? null),
    keeper: () => ({ ...keeps, reloading: reloading.peek() }),
    unit: () => unit.peek(),
    memory: () => ({
      geometries: viewport?.renderer.info.memory.geometries ?? 0,
      textures: viewport?.renderer.info.memory.textures ?? 0,
      tile_mib: Math.round((window.__twin?.stats().memoryBytes ?? 0) / 2 ** 20),
    }),
    lose: () => {
      const extension = viewport?.renderer.getContext().getExtension('WEBGL_lose_context');
      extension?.loseContext();
      return { restore: () => extension?.restoreContext() };
    },
  };
}
