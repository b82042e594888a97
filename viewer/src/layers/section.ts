// What the section does in the scene: everything is cut, the faces of the cut are dark, its outline is
// drawn, and handles stand where it can be moved.
//
// In: the section of state. Out: planes of the renderer; the earth below the survey; spots of handles.
import { effect } from '@preact/signals-core';
import { Earth, openSurvey, planesOf } from '../scene/cut-faces';
import { Drawing } from '../scene/drawing';
import { outwardOf } from '../scene/hits';
import type { Segment } from '../scene/lines';
import { add, dot, length, scale, sub, type Vec } from '../scene/pose';
import type { Part, Viewport } from '../scene/viewport';
import { kept, type HalfSpace } from '../state/cut';
import { cutFaces, entry_m, handleSpots, handlesOf, isCut, pickingFace, planeOfFace, section, startSection, type HandleSpot } from '../state/section';
import { publication } from '../state/session';
import { dark } from '../state/settings';
import { tool } from '../state/tools';
import type { Claims } from './claims';
import type { DeviceSymbols } from './devices';
import type { Hit, Tilesets } from './tilesets';
import { labelColours, TOOL_TINT } from './tool-colours';

const norm = (v: Vec): Vec => scale(v, 1 / (length(v) || 1));

/** Where a ray comes out of what is cut away; null if it begins in what is kept. */
function entered(spaces: readonly HalfSpace[], from: Vec, ray: Vec): number | null {
  const away_m = entry_m(spaces, from, ray);
  return away_m > 0 ? away_m : null;
}

export class SectionLayer implements Part {
  readonly #viewport: Viewport;
  readonly #tilesets: Tilesets;
  readonly #symbols: DeviceSymbols;
  readonly #earth = new Earth();
  readonly #outline: Drawing;
  readonly #undo: (() => void)[] = [];
  #cut = false;
  #stale = true;

  constructor(viewport: Viewport, tilesets: Tilesets, symbols: DeviceSymbols, claims: Claims) {
    [this.#viewport, this.#tilesets, this.#symbols] = [viewport, tilesets, symbols];
    this.#outline = new Drawing(viewport.renderer.getPixelRatio(), TOOL_TINT, 0.25);
    viewport.scene.add(this.#earth.mesh, this.#outline.group);
    this.#undo.push(
      startSection(),
      viewport.add(this),
      effect(() => this.#apply()),
      effect(() => {
        this.#redrawOn(section.value, tool.value, dark.value, publication.value);
      }),
      effect(() => {
        if (tool.value !== 'section') pickingFace.value = false;
      }),
      effect(() => {
        if (!pickingFace.value) return;
        viewport.canvas.style.cursor = 'crosshair';
        const free = claims.take({ tap: this.#pickFace, hover: () => undefined, leave: () => undefined, doubleTap: () => undefined });
        return () => {
          viewport.canvas.style.cursor = '';
          free();
        };
      }),
    );
  }

  beforeDraw(): boolean {
    if (this.#cut || kept.peek().length > 0) {
      // Also tiles that have come since.
      for (const scene of this.#tilesets.surveyed) openSurvey(scene, kept.peek().length > 0);
      this.#cut = kept.peek().length > 0;
    }
    if (this.#stale) this.#draw();
    this.#outline.fit(this.#viewport);
    this.#placeHandles();
    return false;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    kept.value = [];
    this.#apply();
    this.#earth.dispose();
    this.#outline.dispose();
  }

  /** Reading the signals in the call is what makes their changes count. */
  #redrawOn(..._changed: unknown[]): void {
    this.#stale = true;
    this.#viewport.invalidate();
  }

  #apply(): void {
    const spaces = kept.value;
    this.#viewport.renderer.clippingPlanes = planesOf(spaces);
    // A device on a wall stands a little before it.
    this.#symbols.hides = spaces.length === 0 ? null : (at) => spaces.some((space) => isCut([space], add(at, scale(space.normal, 0.3))));
    this.#tilesets.cut = spaces.length === 0 ? null : {
      hides: (point) => isCut(spaces, point),
      face_m: (from, hit) => {
        const ray = norm(sub(hit.point.toArray(), from));
        const outward = outwardOf(hit);
        return outward && dot(outward, ray) > 0 ? entered(spaces, from, ray) : null;
      },
      beneath: (from, ray) => this.#beneath(spaces, from, ray),
    };
    this.#earth.set(spaces.length > 0 ? (publication.value?.catalog.community.bounds ?? null) : null);
    this.#viewport.invalidate();
  }

  /** The outline of the cut, while its card is open. */
  #draw(): void {
    this.#stale = false;
    const bounds = publication.peek()?.catalog.community.bounds;
    const open = tool.peek() === 'section' && bounds;
    const rings = open ? cutFaces(kept.peek(), bounds).map(({ polygon }) => polygon) : [];
    const lines = rings.flatMap((ring) => ring.map((p, i): Segment => [p, ring[(i + 1) % ring.length] ?? p]));
    this.#outline.set({ lines }, labelColours());
    this.#outline.group.visible = lines.length > 0;
  }

  #placeHandles(): void {
    const [cut, bounds] = [section.peek(), publication.peek()?.catalog.community.bounds];
    if (tool.peek() !== 'section' || !cut || !bounds) {
      if (handleSpots.peek().length > 0) handleSpots.value = [];
      return;
    }
    const eye: Vec = this.#viewport.camera.position.toArray();
    const spots = handlesOf(cut, bounds).flatMap(({ id, at, axis }): HandleSpot[] => {
      const here = this.#viewport.project(at);
      if (!here || here.x < 0 || here.y < 0 || here.x > this.#viewport.width || here.y > this.#viewport.height) return [];
      // A step that is short to the eye, so that perspective does not bend it.
      const step_m = Math.max(0.05, Math.hypot(...sub(at, eye)) * 0.01);
      const there = this.#viewport.project(add(at, scale(axis, step_m)));
      if (!there) return [];
      return [{ id, x: here.x, y: here.y, perMetre: [(there.x - here.x) / step_m, (there.y - here.y) / step_m] }];
    });
    if (JSON.stringify(spots) !== JSON.stringify(handleSpots.peek())) handleSpots.value = spots;
  }

  #pickFace = (x: number, y: number): void => {
    const ray = this.#viewport.ray(x, y);
    const hit = this.#tilesets.hit(this.#viewport.camera.position.toArray(), ray);
    const outward = hit && outwardOf(hit.raw);
    if (!outward) return;
    // Towards who looks: not all files wind with care.
    section.value = planeOfFace(hit.point, scale(outward, dot(outward, ray) > 0 ? -1 : 1));
    pickingFace.value = false;
  };

  /** Below a survey that is cut open, a ray meets the face of the cut. */
  #beneath(spaces: readonly HalfSpace[], from: Vec, ray: Vec): Hit | null {
    const floor_m = this.#earth.hit_m(from, ray);
    if (floor_m === null || isCut(spaces, add(from, scale(ray, floor_m)))) return null;
    const distance_m = Math.min(floor_m, entered(spaces, from, ray) ?? floor_m);
    const point = add(from, scale(ray, distance_m));
    return { point, distance_m, object: null, raw: this.#earth.met(point, distance_m), shows: 'survey' };
  }
}
