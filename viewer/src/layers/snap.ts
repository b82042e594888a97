// What a pointer catches: a corner or an edge near it, else the surface under it.
//
// In: places on the canvas. Out: points, on what is seen: nothing that is cut away or hidden. Of models,
// edges are where faces meet at an angle; of surveys, also the sides of the triangle that is met.
// Called by the layers of measuring and drawing.
import { clip, edgesOf } from '../scene/edges';
import { contentOf, triangleOf } from '../scene/hits';
import type { Segment } from '../scene/lines';
import { add, clamp, distance, dot, length, scale, sub, type Vec } from '../scene/pose';
import { trianglesOf } from '../scene/triangles';
import type { Viewport } from '../scene/viewport';
import { kept } from '../state/cut';
import type { Hit, Tilesets } from './tilesets';

export type Caught = 'corner' | 'edge' | 'surface';

export interface Catch {
  readonly at: Vec;
  readonly caught: Caught;
}

/** How near a corner or an edge must be, CSS pixels. */
const REACH_PX = { mouse: 12, touch: 22 };
/** Corners win over edges that are nearer by this. */
const CORNER_PX = 4;
/** Share of the distance to what one points at within which something stands before it. */
const BEFORE = 0.98;
/** Beyond this, edges are a thicket. */
const MOST_TRIANGLES = 20_000;
/** Objects whose edges are remembered. */
const MOST_KNOWN = 40;

export class Snap {
  readonly #viewport: Viewport;
  readonly #tilesets: Tilesets;
  readonly #edges = new Map<string, readonly Segment[]>();

  constructor(viewport: Viewport, tilesets: Tilesets) {
    [this.#viewport, this.#tilesets] = [viewport, tilesets];
  }

  /** `wide` also looks around the pointer, for edges against the sky; it costs eight rays more. */
  at(x: number, y: number, { touch = false, free = false, wide = true } = {}): Catch | null {
    const here = this.#hit(x, y);
    if (free) return here ? { at: here.point, caught: 'surface' } : null;
    const reach = touch ? REACH_PX.touch : REACH_PX.mouse;
    const near = here ? this.#near(x, y, reach, here) : null;
    if (!wide) return near ?? (here ? { at: here.point, caught: 'surface' } : null);
    const around = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i): Catch[] => {
      const [dx, dy] = [Math.cos((i * Math.PI) / 4) * reach * 0.7, Math.sin((i * Math.PI) / 4) * reach * 0.7];
      const hit = this.#hit(x + dx, y + dy);
      // Of what is near, only what stands before that at which one points, such as an eave before the ground.
      if (!hit || (here && hit.distance_m > here.distance_m * BEFORE)) return [];
      const found = this.#near(x, y, reach, hit);
      return found ? [found] : [];
    });
    const rank = ({ at, caught }: Catch): number => this.#away(at, x, y) - (caught === 'corner' ? reach / 2 : 0);
    const best = around.sort((a, b) => rank(a) - rank(b))[0];
    return best ?? near ?? (here ? { at: here.point, caught: 'surface' } : null);
  }

  #hit(x: number, y: number): Hit | null {
    return this.#tilesets.hit(this.#viewport.camera.position.toArray(), this.#viewport.ray(x, y));
  }

  /** The corner or edge of what was hit that is nearest to the pointer, if any is near. */
  #near(x: number, y: number, reach: number, hit: Hit): Catch | null {
    // So far from the hit in the scene that it is near on the screen: what is behind a thin wall is not.
    const reach_m = ((reach * 3) / this.#viewport.height) * hit.distance_m;
    const edges = this.#edgesAt(hit).map((edge) => clip(edge, kept.peek())).filter((edge) => edge !== null);
    let [corner, edge]: [{ at: Vec; px: number } | null, { at: Vec; px: number } | null] = [null, null];
    for (const [a, b] of edges) {
      const along = sub(b, a);
      const foot = add(a, scale(along, clamp(dot(sub(hit.point, a), along) / Math.max(dot(along, along), 1e-9), 0, 1)));
      if (distance(foot, hit.point) > reach_m) continue;
      for (const end of [a, b]) {
        const px = this.#away(end, x, y);
        if (px <= reach && distance(end, hit.point) <= reach_m && px < (corner?.px ?? Infinity)) corner = { at: end, px };
      }
      const on = this.#onEdge(a, along, x, y) ?? foot;
      const px = this.#away(on, x, y);
      if (px <= reach && px < (edge?.px ?? Infinity)) edge = { at: on, px };
    }
    if (corner && corner.px <= (edge?.px ?? Infinity) + CORNER_PX + reach / 2) return { at: corner.at, caught: 'corner' };
    return edge ? { at: edge.at, caught: 'edge' } : null;
  }

  /** The point of an edge that is nearest to the ray through the pointer. */
  #onEdge(a: Vec, along: Vec, x: number, y: number): Vec | null {
    const eye: Vec = this.#viewport.camera.position.toArray();
    const ray = this.#viewport.ray(x, y);
    const [uu, uv, vv] = [dot(along, along), dot(along, ray), dot(ray, ray)];
    const from = sub(a, eye);
    const cross = uu * vv - uv * uv;
    if (cross < 1e-12 * uu) return null;
    return add(a, scale(along, clamp((uv * dot(ray, from) - vv * dot(along, from)) / cross, 0, 1)));
  }

  #away(p: Vec, x: number, y: number): number {
    const at = this.#viewport.project(p);
    return at ? Math.hypot(at.x - x, at.y - y) : Infinity;
  }

  #edgesAt(hit: Hit): readonly Segment[] {
    const sharp = this.#sharpEdges(hit);
    const triangle = triangleOf(hit.raw);
    if (hit.shows !== 'survey' || !triangle) return sharp;
    const [a, b, c] = triangle;
    return [...sharp, [a, b], [b, c], [c, a]];
  }

  #sharpEdges({ raw, object }: Hit): readonly Segment[] {
    const found = typeof object === 'string' ? contentOf(raw) : null;
    if (!found) return [];
    const key = `${found.content.id} ${found.row}`;
    const known = this.#edges.get(key);
    if (known) return known;
    const triangles = trianglesOf(found.content, found.row, MOST_TRIANGLES);
    const edges = triangles.length < MOST_TRIANGLES ? edgesOf(triangles).filter(([a, b]) => length(sub(a, b)) > 0.01) : [];
    this.#edges.set(key, edges);
    const oldest = this.#edges.size > MOST_KNOWN ? this.#edges.keys().next().value : undefined;
    if (oldest !== undefined) this.#edges.delete(oldest);
    return edges;
  }
}
