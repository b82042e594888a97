// Residents' reports as symbols in the scene: spoken words on stems, told apart from devices by their shape.
//
// In: reports and the selection of state. Out: symbols in the viewport; which report is at a place on the canvas.
// Grouped anew for each drawing, as devices are; what takes part in the scene is taken out with `dispose`.
import { effect } from '@preact/signals-core';
import { reportIconPath } from '../api/report-icons';
import type { Report } from '../api/reports';
import { declutter, type Mark } from '../scene/declutter';
import type { Vec } from '../scene/pose';
import { HEAD, type SymbolLook } from '../scene/symbol-atlas';
import { Symbols, type PlacedSymbol } from '../scene/symbols';
import type { Part, Viewport } from '../scene/viewport';
import { isNew, lookOfReport, pressing } from '../state/report-looks';
import { hiddenReportKinds, reportKinds, reports, reportsShown } from '../state/reports';
import { selection } from '../state/selection';
import { nearCanvas, symbolAt, type Shown } from './devices';

/** Heads nearer than this are drawn as one, CSS pixels. */
const GROUP_PX = 34;
/** The selected report comes before all others. */
const SELECTED_RANK = 10;

export class ReportSymbols implements Part {
  readonly #viewport: Viewport;
  readonly #symbols: Symbols;
  readonly #undo: (() => void)[] = [];
  #shown: readonly Shown[] = [];

  constructor(viewport: Viewport) {
    this.#viewport = viewport;
    this.#symbols = new Symbols(viewport.renderer.getPixelRatio());
    viewport.scene.add(this.#symbols.group);
    this.#undo.push(
      viewport.add(this),
      effect(() => {
        this.#redrawOn(reports.value, reportKinds.value, reportsShown.value, hiddenReportKinds.value, selection.value);
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

  /** The symbol that stands for a report, itself or its group's. */
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
    const [all, chosen] = [reports.peek(), selection.peek()];
    const selected = chosen?.type === 'report' ? Number(chosen.id) : null;
    const places = new Map<string, { x: number; y: number; depth_m: number; at: Vec; report: Report }>();
    const marks: Mark[] = [];
    for (const report of all.values()) {
      // The one that is looked at is seen, whatever is shown besides.
      const position = report.id === selected || this.#isShown(report) ? report.place.position : null;
      if (!position) continue;
      const at: Vec = [position.east_m, position.north_m, position.up_m];
      const place = this.#viewport.project(at);
      if (!place || !nearCanvas(this.#viewport, place.x, place.y)) continue;
      const id = String(report.id);
      places.set(id, { ...place, at, report });
      marks.push({ id, x: place.x, y: place.y, rank: report.id === selected ? SELECTED_RANK : pressing(report) });
    }
    const drawn = declutter(marks, GROUP_PX).flatMap((group) => {
      const head = places.get(group.head);
      return head ? [{ ...head, members: group.members, isSelected: head.report.id === selected }] : [];
    });
    const order = ({ isSelected, report }: (typeof drawn)[number]): number => (isSelected ? SELECTED_RANK : pressing(report));
    drawn.sort((a, b) => order(a) - order(b) || b.depth_m - a.depth_m);
    return drawn.map(({ at, x, y, report, members, isSelected }) => ({
      symbol: { at, look: symbolLook(report, isSelected, members.length), front: isSelected || report.urge === 'escalated' },
      shown: { id: String(report.id), members, x, y, head: HEAD },
    }));
  }

  /** What was joined to another stands where that one stands. */
  #isShown = ({ kind, state }: Report): boolean => reportsShown.peek() && state !== 'merged' && !hiddenReportKinds.peek().has(kind);

  /** Reading the signals in the call is what makes their changes count. */
  #redrawOn(..._changed: unknown[]): void {
    this.#viewport.invalidate();
  }
}

function symbolLook(report: Report, selected: boolean, count: number): SymbolLook {
  const icon = reportIconPath(reportKinds.peek().get(report.kind)?.icon);
  return { icon, ...lookOfReport(report), dashed: isNew(report), urgent: report.urge === 'escalated', selected, small: false, count };
}
