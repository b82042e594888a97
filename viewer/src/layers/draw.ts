// Drawing in the scene: shapes, the one that is being drawn, and corners to drag.
//
// In: taps while the tool is open; shapes of state. Out: points into state; what is drawn; the way to
// the Earth and to the ground, for files.
import { computed, effect } from '@preact/signals-core';
import { Drawing, type Drawn } from '../scene/drawing';
import { geographicToLocal, localToGeographic } from '../scene/georef';
import type { Label } from '../scene/labels';
import type { Segment } from '../scene/lines';
import type { Part, Viewport } from '../scene/viewport';
import { addPoint, chosen, cornerSpots, draft, dragged, finish, frame, kind, moveCorner, pointed, shapes, startDraw, type Shape } from '../state/draw';
import { publication } from '../state/session';
import { dark } from '../state/settings';
import { tool } from '../state/tools';
import type { Claims } from './claims';
import { Hand } from './hand';
import type { Snap } from './snap';
import type { Tilesets } from './tilesets';
import { labelColours, TOOL_TINT } from './tool-colours';

/** From so high the ground is looked for. */
const ABOVE_M = 50;

export class DrawLayer implements Part {
  readonly #viewport: Viewport;
  readonly #snap: Snap;
  readonly #drawing: Drawing;
  readonly #hand: Hand;
  readonly #undo: (() => void)[] = [];
  #stale = true;

  constructor(viewport: Viewport, tilesets: Tilesets, snap: Snap, claims: Claims) {
    [this.#viewport, this.#snap] = [viewport, snap];
    this.#drawing = new Drawing(viewport.renderer.getPixelRatio(), TOOL_TINT, 0.6);
    viewport.scene.add(this.#drawing.group);
    this.#hand = new Hand(viewport, snap, claims, pointed, { tap: addPoint, end: finish });
    this.#undo.push(
      startDraw(),
      viewport.add(this),
      effect(() => this.#setFrame(tilesets)),
      effect(() => this.#hand.hold(tool.value === 'draw')),
      effect(() => this.#drag(dragged.value)),
      effect(() => this.#redrawOn(shown.value, pointed.value, dark.value, chosen.value, tool.value)),
    );
  }

  beforeDraw(): boolean {
    this.#hand.beforeDraw();
    if (this.#stale) this.#draw();
    this.#drawing.fit(this.#viewport);
    this.#placeCorners();
    return false;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#hand.hold(false);
    this.#drawing.dispose();
  }

  /** Reading the signals in the call is what makes their changes count. */
  #redrawOn(..._changed: unknown[]): void {
    this.#stale = true;
    this.#viewport.invalidate();
  }

  #setFrame(tilesets: Tilesets): void {
    const community = publication.value?.catalog.community;
    const origin = community?.origin ? { height_m: 0, ...community.origin } : null;
    frame.value = community && origin ? {
      toEarth: ([east_m, north_m, up_m]) => {
        const { longitude_deg, latitude_deg, height_m } = localToGeographic(origin, { east_m, north_m, up_m });
        return [longitude_deg, latitude_deg, height_m];
      },
      toLocal: ([longitude_deg, latitude_deg, height_m]) => {
        const { east_m, north_m, up_m } = geographicToLocal(origin, { longitude_deg, latitude_deg, height_m });
        return [east_m, north_m, up_m];
      },
      ground: (east_m, north_m) => tilesets.hit([east_m, north_m, community.bounds.max.up_m + ABOVE_M], [0, 0, -1], 'survey')?.point[2] ?? null,
    } : null;
  }

  #drag(to: typeof dragged.value): void {
    const id = chosen.peek();
    if (!to || id === null) return;
    const caught = this.#snap.at(to.x, to.y);
    if (caught) moveCorner(id, to.corner, caught.at);
  }

  #draw(): void {
    this.#stale = false;
    const at = pointed.peek();
    const parts = shown.peek().map(drawn);
    const cursor: Label[] = tool.peek() === 'draw' && at ? [{ at: at.at, mark: at.caught }] : [];
    this.#drawing.set(
      { lines: parts.flatMap(({ lines }) => lines), faces: parts.flatMap(({ faces }) => faces ?? []), labels: [...parts.flatMap(({ labels }) => labels ?? []), ...cursor] },
      labelColours(),
    );
  }

  #placeCorners(): void {
    const shape = tool.peek() === 'draw' && draft.peek().length === 0 ? shapes.peek().find(({ id }) => id === chosen.peek()) : undefined;
    const spots = (shape?.points ?? []).flatMap((p, at) => {
      const spot = this.#viewport.project(p);
      return spot && spot.x >= 0 && spot.y >= 0 && spot.x <= this.#viewport.width && spot.y <= this.#viewport.height ? [{ at, x: spot.x, y: spot.y }] : [];
    });
    if (JSON.stringify(spots) !== JSON.stringify(cornerSpots.peek())) cornerSpots.value = spots;
  }
}

/** All shapes, and the one that is being drawn up to where the pointer is. */
const shown = computed<readonly Shape[]>(() => {
  const at = pointed.value?.at;
  const points = draft.value.length > 0 && at ? [...draft.value, at] : draft.value;
  return points.length > 0 ? [...shapes.value, { id: -1, kind: kind.value, points, name: '' }] : shapes.value;
});

function drawn({ kind: of, points, name }: Shape): Drawn {
  const sides = points.slice(1).map((p, i): Segment => [points[i] ?? p, p]);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return { lines: [] };
  const ring = of === 'polygon' && points.length > 2;
  return {
    lines: [...sides, ...(ring ? [[last, first] as const] : [])],
    faces: ring ? [points] : [],
    labels: [...points.map((at): Label => ({ at, mark: 'dot' })), ...(name === '' ? [] : [{ at: first, text: name }])],
  };
}
