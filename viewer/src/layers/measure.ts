// Measuring in the scene: points where one taps, lines and figures between them.
//
// In: taps while the tool is open; measurements of state. Out: points into state; what is drawn.
import { computed, effect } from '@preact/signals-core';
import { Drawing, type Drawn } from '../scene/drawing';
import type { Label } from '../scene/labels';
import type { Segment } from '../scene/lines';
import type { Part, Viewport } from '../scene/viewport';
import { chosen, draft, finish, kind, labelsOf, list, addPoint, pointed, startMeasure, type Measurement, type Vec } from '../state/measure';
import { dark, language } from '../state/settings';
import { tool } from '../state/tools';
import type { Claims } from './claims';
import { Hand } from './hand';
import type { Snap } from './snap';
import { labelColours, TOOL_TINT } from './tool-colours';

export class MeasureLayer implements Part {
  readonly #viewport: Viewport;
  readonly #drawing: Drawing;
  readonly #hand: Hand;
  readonly #undo: (() => void)[] = [];
  #stale = true;

  constructor(viewport: Viewport, snap: Snap, claims: Claims) {
    this.#viewport = viewport;
    this.#drawing = new Drawing(viewport.renderer.getPixelRatio(), TOOL_TINT, 0.45);
    viewport.scene.add(this.#drawing.group);
    this.#hand = new Hand(viewport, snap, claims, pointed, { tap: addPoint, end: finish });
    this.#undo.push(
      startMeasure(),
      viewport.add(this),
      effect(() => this.#hand.hold(tool.value === 'measure')),
      effect(() => this.#redrawOn(shown.value, pointed.value, dark.value, language.value, chosen.value, tool.value)),
    );
  }

  beforeDraw(): boolean {
    this.#hand.beforeDraw();
    if (this.#stale) this.#draw();
    this.#drawing.fit(this.#viewport);
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

  #draw(): void {
    this.#stale = false;
    const at = pointed.peek();
    const parts = shown.peek().map((one) => drawn(one, one.id === chosen.peek()));
    const cursor: Label[] = tool.peek() === 'measure' && at ? [{ at: at.at, mark: at.caught }] : [];
    this.#drawing.set(
      { lines: parts.flatMap(({ lines }) => lines), faces: parts.flatMap(({ faces }) => faces ?? []), labels: [...parts.flatMap(({ labels }) => labels ?? []), ...cursor] },
      labelColours(),
    );
  }
}

/** What has been measured, and what is being measured up to where the pointer is. */
const shown = computed<readonly Measurement[]>(() => {
  const at = pointed.value?.at;
  const points = draft.value.length > 0 && at ? [...draft.value, at] : draft.value;
  return points.length > 0 ? [...list.value, { id: -1, kind: kind.value, points, name: '' }] : list.value;
});

function drawn(one: Measurement, strong: boolean): Drawn {
  const { points } = one;
  const legs = points.slice(1).map((p, i): Segment => [points[i] ?? p, p]);
  const first = points[0] ?? [0, 0, 0];
  const last = points.at(-1) ?? first;
  const ring = one.kind === 'area' && points.length > 2;
  // A height is read off a plumb line.
  const foot: Vec = last[2] > first[2] ? [last[0], last[1], first[2]] : [first[0], first[1], last[2]];
  const plumb: Segment[] = one.kind === 'height' && points.length === 2 ? [[first, foot], [foot, last]] : [];
  return {
    lines: [...legs, ...(ring ? [[last, first] as const] : []), ...plumb],
    faces: ring ? [points] : [],
    labels: [...points.map((at): Label => ({ at, mark: 'dot' })), ...labelsOf(one, language.peek()).map((label): Label => ({ ...label, strong: label.main && strong }))],
  };
}
