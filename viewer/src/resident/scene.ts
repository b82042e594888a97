// A light scene of the community on a resident's page: the tiles of the APP profile and a camera, nothing else.
//
// In: a canvas. Out: what stands at a place on it; listeners hear of every drawing. It is built when it opens and taken
// down with it. Called by the picture of the first page, and where a spot is chosen.
import { paintSky, watchContext } from '../app/surroundings';
import type { Catalog, LocalPoint, Scene } from '../api/types';
import { Claims } from '../layers/claims';
import { Navigation } from '../layers/navigation';
import { Photogrammetry } from '../layers/photogrammetry';
import { Picking, type Hit } from '../layers/picking';
import { Tilesets } from '../layers/tilesets';
import { Viewport } from '../scene/viewport';
import { zone } from '../state/preferences';
import { chooseLight } from '../state/scenes';
import { publication } from '../state/session';
import { placeVisible } from '../state/view';

/** Around the first view, CSS pixels. */
const AIR = { left: 12, right: 12, top: 12, bottom: 12 };

/** What was met of the place: there are no symbols of devices here. */
export type PlaceHit = Extract<Hit, { readonly spot: unknown }>;

export interface OpenScene {
  readonly canvas: HTMLCanvasElement;
  /** What stands at a place on the canvas, CSS pixels. */
  readonly at: (x: number, y: number) => PlaceHit | null;
  /** Where a point appears, CSS pixels; null behind the eye. */
  readonly project: (at: LocalPoint) => { readonly x: number; readonly y: number } | null;
  readonly redraw: () => void;
  readonly close: () => void;
}

export interface Listening {
  /** A tap on the scene. */
  readonly tap?: (hit: PlaceHit | null) => void;
  /** Before each drawing, once the camera stands. */
  readonly drawn?: (scene: OpenScene) => void;
}

/** As signals have it now; asked anew when they change. */
const choose = (catalog: Catalog): Scene | null => chooseLight(catalog, zone.value);

/** Opens the scene; null where the browser cannot draw it. */
export function openScene(canvas: HTMLCanvasElement, { tap, drawn }: Listening = {}): OpenScene | null {
  let viewport: Viewport;
  try {
    viewport = new Viewport(canvas);
  } catch {
    return null;
  }
  const tilesets = new Tilesets(viewport);
  const place = new Photogrammetry(viewport, tilesets, publication, choose);
  const picking = new Picking(viewport, tilesets, null);
  const at = (x: number, y: number): PlaceHit | null => {
    const hit = picking.at(x, y, true);
    return hit && 'spot' in hit ? hit : null;
  };
  const claims = new Claims({ tap: (x, y) => tap?.(at(x, y)), hover: () => undefined, leave: () => undefined });
  const navigation = new Navigation(viewport, tilesets, claims, publication, null, { choose, air: () => AIR });
  const unpaint = paintSky(viewport);
  watchContext(viewport);
  const scene: OpenScene = {
    canvas,
    at,
    project: ({ east_m, north_m, up_m }) => viewport.project([east_m, north_m, up_m]),
    redraw: viewport.invalidate,
    close: () => {
      unpaint();
      for (const part of [navigation, place, tilesets]) part.dispose();
      viewport.dispose();
      placeVisible.value = false;
    },
  };
  if (drawn) {
    viewport.add({
      beforeDraw: () => {
        drawn(scene);
        return false;
      },
    });
  }
  return scene;
}
