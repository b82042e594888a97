// Devices as symbols in the scene.
//
// In: devices, kinds and selection of state. Out: symbols in the viewport; which device is at a
// place on the canvas. Grouping is done anew for each drawing, since it depends on the view.
import { effect } from '@preact/signals-core';
import { iconPath } from '../api/icons';
import type { DeviceStatus, DeviceView } from '../api/types';
import { declutter, type Mark } from '../scene/declutter';
import type { Vec } from '../scene/pose';
import { HEAD, SMALL_HEAD, type SymbolLook } from '../scene/symbol-atlas';
import { Symbols, type PlacedSymbol } from '../scene/symbols';
import type { Part, Viewport } from '../scene/viewport';
import { devices, hiddenKinds } from '../state/devices';
import { selection } from '../state/selection';
import { kinds } from '../state/session';
import { LOOKS, severity } from '../state/status';
import { paintedDevices, type DevicePaint } from '../state/view';

/** Heads nearer than this are drawn as one, CSS pixels. */
const GROUP_PX = 30;
/** How far beyond the edge of a head a press still counts. */
const REACH_PX = { mouse: 3, touch: 10 };
/** Beyond this distance a device with nothing to tell is a dot: the place is the picture. */
const FAR_M = 130;
/** The selected device comes before all others. */
const SELECTED_RANK = 10;

/** A symbol as it was drawn. */
export interface Shown {
  readonly id: string;
  readonly members: readonly string[];
  /** Its foot, CSS pixels. */
  readonly x: number;
  readonly y: number;
  /** The middle of its head is this far above, and reaches this far. */
  readonly head: { readonly above: number; readonly radius: number };
}

/** The symbol at a place on the canvas; the foremost if several, heads before stems. */
export function symbolAt(shown: readonly Shown[], x: number, y: number, touch: boolean): Shown | null {
  const reach = touch ? REACH_PX.touch : REACH_PX.mouse;
  const onHead = ({ head, ...s }: Shown): boolean => Math.hypot(x - s.x, y - (s.y - head.above)) <= head.radius + reach;
  const onStem = ({ head, ...s }: Shown): boolean => Math.abs(x - s.x) <= 5 && y <= s.y + 4 && y >= s.y - head.above;
  return shown.findLast(onHead) ?? shown.findLast(onStem) ?? null;
}

/** Whether a foot is so near the canvas that its head may be seen. */
export const nearCanvas = ({ width, height }: Viewport, x: number, y: number): boolean => x > -40 && x < width + 40 && y > -20 && y < height + 100;

export const position = (device: DeviceView): Vec => [device.position.east_m, device.position.north_m, device.position.up_m];

/** `small` looks need no icon, so that all kinds share their pictures. */
export function lookOf(status: DeviceStatus, icon: string, selected: boolean, small: boolean, count: number, paint?: DevicePaint): SymbolLook {
  const { fill, ink, shape } = paint ? { ...LOOKS.normal, ...paint } : LOOKS[status];
  return { icon: small ? '' : iconPath(icon), shape, fill, ink, dashed: status === 'offline', urgent: status === 'alarm', selected, small, count };
}

export class DeviceSymbols implements Part {
  readonly #viewport: Viewport;
  readonly #symbols: Symbols;
  readonly #undo: (() => void)[] = [];
  /** What a section cuts away has no symbol. */
  hides: ((at: Vec) => boolean) | null = null;
  readonly #statusOf: (device: DeviceView) => DeviceStatus;
  #shown: Shown[] = [];

  /** `statusOf` says in which state a device is drawn, where it is not its own. */
  constructor(viewport: Viewport, statusOf: (device: DeviceView) => DeviceStatus = ({ status }) => status) {
    [this.#viewport, this.#statusOf] = [viewport, statusOf];
    this.#symbols = new Symbols(viewport.renderer.getPixelRatio());
    viewport.scene.add(this.#symbols.group);
    this.#undo.push(
      viewport.add(this),
      effect(() => {
        this.#redrawOn(devices.value, kinds.value, selection.value, paintedDevices.value, hiddenKinds.value);
      }),
    );
  }

  beforeDraw(): boolean {
    this.draw(devices.peek());
    return false;
  }

  /** Places the symbols of devices for the picture that is drawn next. */
  draw(all: ReadonlyMap<string, DeviceView>): void {
    const paint = paintedDevices.peek();
    const chosen = selection.peek();
    const selected = chosen?.type === 'device' ? chosen.id : null;
    const places = new Map<string, { x: number; y: number; depth_m: number }>();
    const marks: Mark[] = [];
    const absent = hiddenKinds.peek();
    for (const device of all.values()) {
      if (absent.has(device.kind) && device.id !== selected) continue;
      if (paint && !paint(device.id)) continue;
      const place = this.hides?.(position(device)) ? null : this.#viewport.project(position(device));
      if (!place || !nearCanvas(this.#viewport, place.x, place.y)) continue;
      places.set(device.id, place);
      marks.push({ id: device.id, x: place.x, y: place.y, rank: device.id === selected ? SELECTED_RANK : severity(this.#statusOf(device)) });
    }
    const groups = declutter(marks, GROUP_PX).map((group) => ({ group, place: places.get(group.head), device: all.get(group.head) }));
    const drawn: { symbol: PlacedSymbol; shown: Shown; order: number; depth_m: number }[] = [];
    for (const { group, place, device } of groups) {
      if (!place || !device) continue;
      const status = this.#statusOf(device);
      const small = status === 'normal' && device.id !== selected && place.depth_m > FAR_M;
      const look = lookOf(status, kinds.peek().get(device.kind)?.icon ?? '', device.id === selected, small, group.members.length, paint?.(device.id));
      const front = status === 'alarm' || device.id === selected;
      drawn.push({
        symbol: { at: position(device), look, front },
        shown: { id: device.id, members: group.members, x: place.x, y: place.y, head: small ? SMALL_HEAD : HEAD },
        order: device.id === selected ? SELECTED_RANK : severity(status),
        depth_m: place.depth_m,
      });
    }
    drawn.sort((a, b) => a.order - b.order || b.depth_m - a.depth_m);
    this.#shown = drawn.map(({ shown }) => shown);
    this.#symbols.set(drawn.map(({ symbol }) => symbol), this.#viewport.screen);
  }

  /** The symbol at a place on the canvas, as last drawn; the foremost if several. */
  at(x: number, y: number, touch: boolean): Shown | null {
    return symbolAt(this.#shown, x, y, touch);
  }

  /** The symbol that stands for a device, itself or its group's. */
  shown(id: string): Shown | null {
    return this.#shown.find((s) => s.members.includes(id)) ?? null;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
    this.#symbols.dispose();
  }

  /** Reading the signals in the call is what makes their changes count. */
  #redrawOn(..._changed: unknown[]): void {
    this.#viewport.invalidate();
  }
}
