// What is at a place on the canvas, and what a click on it does.
//
// In: places on the canvas. Out: hits; selection and label in state. Symbols come before tiles; a
// model's tiles name an element of it, the survey's a building, and where they do not, a footprint
// around the point does.
import type { LocalBox, LocalPoint } from '../api/types';
import { localToGeographic } from '../scene/georef';
import type { Viewport } from '../scene/viewport';
import { select } from '../state/actions';
import { devices } from '../state/devices';
import { buildingAt, footOf } from '../state/footprint';
import { hovered, type Selection, type Spot } from '../state/selection';
import { projects } from '../state/projects';
import { reports } from '../state/reports';
import { buildingById, buildings, publication } from '../state/session';
import { command } from '../state/view';
import type { DeviceSymbols, Shown } from './devices';
import type { Tilesets } from './tilesets';

/** Members of a group that stand closer than this cannot be told apart by going nearer. */
const SAME_PLACE_M = 6;

/** What has a symbol. */
type Marked = 'device' | 'report' | 'project';
interface Marks {
  at(x: number, y: number, touch: boolean): Shown | null;
  shown(id: string): Shown | null;
}

export type Hit =
  | { readonly type: Marked; readonly id: string; readonly members: readonly string[] }
  | { readonly type: 'building' | 'element'; readonly id: string; readonly spot: Spot }
  | { readonly type: 'ground'; readonly spot: Spot };

export class Picking {
  readonly #viewport: Viewport;
  readonly #tilesets: Tilesets;
  readonly #symbols: DeviceSymbols | null;
  /** What stands in the scene besides devices, before them. */
  reports: Marks | null = null;
  projects: Marks | null = null;

  /** Without symbols, what was met is of the place. */
  constructor(viewport: Viewport, tilesets: Tilesets, symbols: DeviceSymbols | null) {
    [this.#viewport, this.#tilesets, this.#symbols] = [viewport, tilesets, symbols];
  }

  at(x: number, y: number, touch: boolean): Hit | null {
    const { split } = this.#viewport;
    split?.enter(this.#viewport.sideAt(x));
    try {
      return this.#at(x, y, touch);
    } finally {
      split?.enter(0);
    }
  }

  #at(x: number, y: number, touch: boolean): Hit | null {
    const symbol = this.#symbolAt(this.#viewport.fold(x), y, touch);
    if (symbol) return { type: symbol.of, id: symbol.id, members: symbol.members };
    const { x: east_m, y: north_m, z: up_m } = this.#viewport.camera.position;
    const hit = this.#tilesets.hit([east_m, north_m, up_m], this.#viewport.ray(x, y));
    if (!hit) return null;
    const { point, object } = hit;
    const spot = spotAt({ east_m: point[0], north_m: point[1], up_m: point[2] });
    if (hit.shows !== 'survey' && object) return { type: 'element', id: object, spot };
    const building = object === undefined ? buildingAt(buildings.peek(), point[0], point[1]) : buildingById.peek().get(object ?? '');
    return building ? { type: 'building', id: building.id, spot } : { type: 'ground', spot };
  }

  #symbolAt(x: number, y: number, touch: boolean): (Shown & { readonly of: Marked }) | null {
    const report = this.reports?.at(x, y, touch);
    if (report) return { ...report, of: 'report' };
    const project = this.projects?.at(x, y, touch);
    if (project) return { ...project, of: 'project' };
    const device = this.#symbols?.at(x, y, touch);
    return device ? { ...device, of: 'device' } : null;
  }

  tap = (x: number, y: number, touch: boolean): void => {
    const hit = this.at(x, y, touch);
    if (!hit) return;
    if ('spot' in hit) {
      select(hit);
      return;
    }
    const box = boxOf(hit);
    if (box && hit.members.length > 1) command({ do: 'box', box });
    else select((hit.type === 'project' ? { type: hit.type, id: hit.id, spot: null } : { type: hit.type, id: hit.id }) satisfies Selection);
  };

  hover = (x: number, y: number): void => {
    const folded = this.#viewport.fold(x);
    const symbol = this.#symbolAt(folded, y, false);
    this.#viewport.canvas.style.cursor = symbol ? 'pointer' : '';
    const now = hovered.peek();
    if (!symbol) hovered.value = null;
    else if (now?.id !== symbol.id || now.type !== symbol.of || now.x !== symbol.x + x - folded) {
      hovered.value = { type: symbol.of, id: symbol.id, others: symbol.members.length - 1, x: symbol.x + x - folded, y: symbol.y - symbol.head.above - symbol.head.radius };
    }
  };

  leave = (): void => {
    hovered.value = null;
  };
}

/** A point with its longitude and latitude, if the community has a place on the Earth. */
export function spotAt(local: LocalPoint): Spot {
  const origin = publication.peek()?.catalog.community.origin;
  return { local, geographic: origin ? localToGeographic({ height_m: 0, ...origin }, local) : null };
}

/** The box around what has symbols; null if they stand together. */
function boxOf({ type, members }: { readonly type: Marked; readonly members: readonly string[] }): LocalBox | null {
  const at = {
    device: (id: string) => devices.peek().get(id)?.position,
    report: (id: string) => reports.peek().get(Number(id))?.place.position,
    project: (id: string) => footOf(projects.peek().get(Number(id))?.bounds),
  }[type];
  const all = members.flatMap((id) => at(id) ?? []);
  const low = (pick: (p: LocalPoint) => number): number => Math.min(...all.map(pick));
  const high = (pick: (p: LocalPoint) => number): number => Math.max(...all.map(pick));
  const box = {
    min: { east_m: low((p) => p.east_m), north_m: low((p) => p.north_m), up_m: low((p) => p.up_m) },
    max: { east_m: high((p) => p.east_m), north_m: high((p) => p.north_m), up_m: high((p) => p.up_m) },
  };
  const size = Math.hypot(box.max.east_m - box.min.east_m, box.max.north_m - box.min.north_m);
  return all.length > 0 && size > SAME_PLACE_M ? box : null;
}
