// The soft outline of a selected building: a line at its foot, one at its roof, a breath of colour
// between them.
//
// In: rings in local metres and two heights. Out: an engine object. Called by the building layer.
import { BufferAttribute, BufferGeometry, DoubleSide, GLSL3, Group, Mesh, RawShaderMaterial } from 'three';
import { Lines, TINT, type Segment } from './lines';

type Point = readonly [number, number];
type Ring = readonly (readonly number[])[];

const WALL_VERTEX = /* glsl */ `
precision highp float;
in vec3 position;
in float share;
uniform mat4 projectionMatrix;
uniform mat4 modelViewMatrix;
out float up;
void main() {
  up = share;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.);
}`;

const WALL_FRAGMENT = /* glsl */ `
precision highp float;
in float up;
uniform vec3 tint;
out vec4 colour;
void main() { colour = vec4(tint, mix(.04, .22, up)); }`;

/** How an outline looks where it is not that of what is selected. */
export interface OutlineLook {
  /** Red, green, blue, 0 … 1. */
  readonly tint: readonly number[];
  readonly width_px: number;
  /** How much of a line shows where something stands before it, 0 … 1. */
  readonly through: number;
}

export class Outline {
  readonly group = new Group();
  readonly #lines: Lines;
  readonly #walls = new BufferGeometry();
  readonly #material: RawShaderMaterial;

  constructor(rings: readonly Ring[], bottom_m: number, top_m: number, pixelRatio: number, look?: OutlineLook) {
    this.#material = new RawShaderMaterial({
      vertexShader: WALL_VERTEX, fragmentShader: WALL_FRAGMENT, uniforms: { tint: { value: look?.tint ?? TINT } },
      glslVersion: GLSL3, transparent: true, depthWrite: false, side: DoubleSide,
    });
    this.#buildWalls(rings, bottom_m, top_m);
    const walls = new Mesh(this.#walls, this.#material);
    walls.frustumCulled = false;
    walls.renderOrder = 50;
    const at = ([e, n]: Point, up: number): [number, number, number] => [e, n, up];
    this.#lines = new Lines(pixelRatio, look?.through, look && { tint: look.tint, half_px: look.width_px / 2 });
    this.#lines.set([bottom_m, top_m].flatMap((up) => rings.flatMap(edges).map(([a, b]): Segment => [at(a, up), at(b, up)])));
    this.group.add(walls, this.#lines.group);
  }

  /** Device pixels of the canvas, from which the width of lines follows. */
  resize(width: number, height: number, ratio?: number): void {
    this.#lines.resize(width, height, ratio);
  }

  dispose(): void {
    this.group.removeFromParent();
    this.#lines.dispose();
    this.#walls.dispose();
    this.#material.dispose();
  }

  #buildWalls(rings: readonly Ring[], bottom_m: number, top_m: number): void {
    const [position, share, index]: [number[], number[], number[]] = [[], [], []];
    for (const [a, b] of rings.flatMap(edges)) {
      const first = share.length;
      position.push(a[0], a[1], bottom_m, b[0], b[1], bottom_m, b[0], b[1], top_m, a[0], a[1], top_m);
      share.push(0, 0, 1, 1);
      index.push(first, first + 1, first + 2, first, first + 2, first + 3);
    }
    this.#walls.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
    this.#walls.setAttribute('share', new BufferAttribute(new Float32Array(share), 1));
    this.#walls.setIndex(index);
  }
}

/** The sides of a ring whose first point is repeated at its end. */
function edges(ring: Ring): (readonly [Point, Point])[] {
  const points = ring.map(([e = 0, n = 0]): Point => [e, n]);
  return points.slice(1).map((b, i) => [points[i] ?? b, b] as const);
}
