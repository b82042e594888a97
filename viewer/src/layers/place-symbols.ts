// What people speak of or plan, as symbols in the scene, each at its place: the same for reports and projects.
//
// In: what there is, and how each is shown. Out: symbols in the viewport; which one is at a place on the canvas.
// Grouped anew for each drawing, as devices are; what takes part in the scene is taken out with `dispose`.
import { effect } from '@preact/signals-core';
import type { LocalPoint } from '../api/types';
import { declutter, type Mark } from '../scene/declutter';
import type { Vec } from '../scene/pose';
import { HEAD, type SymbolLook } from '../scene/symbol-atlas';
import { Symbols, type PlacedSymbol } from '../scene/symbols';
import type { Part, Viewport } from '../scene/viewport';
import { selection } from '../state/selection';
import { nearCanvas, symbolAt, type Shown } from './devices';

/** Heads nearer than this are drawn as one, CSS pixels. */
const GROUP_PX = 34;
/** The selected one comes before all others. */
const SELECTED_RANK = 10;

/** What stands in the scene, and how. */
export interface Standing<T> {
  readonly of: 'report' | 'project';
  /** Reads the signals whose changes count. */
  watch(): void;
  all(): Iterable<readonly [id: number, one: T]>;
  /** Whether it is drawn when it is not selected. */
  shown(one: T): boolean;
  at(one: T): LocalPoint | null | undefined;
  rank(one: T): number;
  /** Whether it stands before the others though it is not selected. */
  front(one: T): boolean;
  look(one: T, selected: boolean, count: number): SymbolLook;
}

export class PlaceSymbols<T> implements Part {
  readonly #viewport: Viewport;
  readonly #symbols: Symbols;
  readonly #of: Standing<T>;
  readonly #undo: (() => void)[] = [];
  #shown: readonly Shown[] = [];

  constructor(viewport: Viewport, of: Standing<T>) {
    [this.#viewport, this.#of] = [viewport, of];
    this.#symbols = new Symbols(viewport.renderer.getPixelRatio());
    viewport.scene.add(this.#symbols.group);
    this.#undo.push(
      viewport.add(this),
      effect(() => {
        of.watch();
        this.#redrawOn(selection.value);
      }),
    );
  }

  beforeDraw(): boolean {
    const drawn = this.#placed();
    this.#shown = drawn.map(({ shown }) => shown);
    this.#symbols.set(drawn.map(({ symbol }) => symbol), this.#viewport.screen);
    return false;
  }

  /** The symbol at a place on the canvas, as last drawn; the foremost if several. */
  at(x: number, y: number, touch: boolean): Shown | null {
    return symbolAt(this.#shown, x, y, touch);
  }

  /** The symbol that stands for one, itself or its group's. */
  shown(id: string): Shown | null {
    return this.#shown.find(({ members }) => members.includes(id)) ?? null;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#symbols.dispose();
    this.#viewport.invalidate();
  }

  /** Symbols of what is in view, those in front last. */
  #placed(): { symbol: PlacedSymbol; shown: Shown }[] {
    const of = this.#of;
    const chosen = selection.peek();
    const selected = chosen?.type === of.of ? chosen.id : null;
    const places = new Map<string, { x: number; y: number; depth_m: number; at: Vec; one: T; rank: number }>();
    const marks: Mark[] = [];
    for (const [number, one] of of.all()) {
      const id = String(number);
      // The one that is looked at is seen, whatever is shown besides.
      const position = id === selected || of.shown(one) ? of.at(one) : null;
      if (!position) continue;
      const at: Vec = [position.east_m, position.north_m, position.up_m];
      const place = this.#viewport.project(at);
      if (!place || !nearCanvas(this.#viewport, place.x, place.y)) continue;
      const rank = id === selected ? SELECTED_RANK : of.rank(one);
      places.set(id, { ...place, at, one, rank });
      marks.push({ id, x: place.x, y: place.y, rank });
    }
    const drawn = declutter(marks, GROUP_PX).flatMap(({ head, members }) => {
      const place = places.get(head);
      return place ? [{ ...place, id: head, members, isSelected: head === selected }] : [];
    });
    drawn.sort((a, b) => a.rank - b.rank || b.depth_m - a.depth_m);
    return drawn.map(({ at, x, y, id, one, members, isSelected }) => ({
      symbol: { at, look: of.look(one, isSelected, members.length), front: isSelected || of.front(one) },
      shown: { id, members, x, y, head: HEAD },
    }));
  }

  /** Reading the signals in the call is what makes their changes count. */
  #redrawOn(..._changed: unknown[]): void {
    this.#viewport.invalidate();
  }
}
