// The soft outline of a selected building: a line at its foot, one at its roof, a breath of colour
// between them.
//
// In: rings in local metres and two heights. Out: an engine object. Called by the building layer.
import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  GLSL3,
  GreaterDepth,
  Group,
  LessEqualDepth,
  Mesh,
  RawShaderMaterial,
  Vector2,
} from 'three';

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

/** A line of constant width: each end is moved sideways on the screen. */
const LINE_VERTEX = /* glsl */ `
precision highp float;
in vec3 position;
in vec3 other;
in float side;
uniform mat4 projectionMatrix;
uniform mat4 modelViewMatrix;
uniform vec2 screen;
uniform float width;
void main() {
  vec4 eyeA = modelViewMatrix * vec4(position, 1.);
  vec4 eyeB = modelViewMatrix * vec4(other, 1.);
  // A little nearer than the wall that it runs along.
  eyeA.xyz *= .995;
  eyeB.xyz *= .995;
  vec4 a = projectionMatrix * eyeA;
  vec4 b = projectionMatrix * eyeB;
  vec2 along = (b.xy / b.w - a.xy / a.w) * screen;
  vec2 across = normalize(vec2(-along.y, along.x) + 1e-9) * side * width;
  gl_Position = vec4(a.xy + across / screen * a.w * 2., a.zw);
}`;

const LINE_FRAGMENT = /* glsl */ `
precision highp float;
uniform vec3 tint;
uniform float opacity;
out vec4 colour;
void main() { colour = vec4(tint, opacity); }`;

const TINT = [0.24, 0.83, 0.86];

export class Outline {
  readonly group = new Group();
  readonly #screen = { value: new Vector2(1, 1) };
  readonly #lines = new BufferGeometry();
  readonly #walls = new BufferGeometry();
  readonly #materials: RawShaderMaterial[] = [];

  constructor(rings: readonly Ring[], bottom_m: number, top_m: number, pixelRatio: number) {
    this.#buildLines(rings, [bottom_m, top_m]);
    this.#buildWalls(rings, bottom_m, top_m);
    this.#add(this.#walls, WALL_VERTEX, WALL_FRAGMENT, { tint: { value: TINT } }, LessEqualDepth);
    for (const [depth, opacity] of [[LessEqualDepth, 0.95], [GreaterDepth, 0.45]] as const) {
      const uniforms = { tint: { value: TINT }, opacity: { value: opacity }, screen: this.#screen, width: { value: 1.25 * pixelRatio } };
      this.#add(this.#lines, LINE_VERTEX, LINE_FRAGMENT, uniforms, depth);
    }
  }

  /** Device pixels of the canvas, from which the width of lines follows. */
  resize(width: number, height: number): void {
    this.#screen.value.set(width, height);
  }

  dispose(): void {
    this.group.removeFromParent();
    this.#lines.dispose();
    this.#walls.dispose();
    for (const material of this.#materials) material.dispose();
  }

  #add(
    geometry: BufferGeometry,
    vertexShader: string,
    fragmentShader: string,
    uniforms: Record<string, { value: unknown }>,
    depthFunc: typeof LessEqualDepth | typeof GreaterDepth,
  ): void {
    const material = new RawShaderMaterial({
      vertexShader, fragmentShader, uniforms, depthFunc, glslVersion: GLSL3, transparent: true, depthWrite: false, side: DoubleSide,
    });
    this.#materials.push(material);
    const mesh = new Mesh(geometry, material);
    mesh.frustumCulled = false;
    mesh.renderOrder = 50 + this.#materials.length;
    this.group.add(mesh);
  }

  #buildLines(rings: readonly Ring[], levels: readonly number[]): void {
    const [position, other, side, index]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (const level of levels) {
      for (const [a, b] of rings.flatMap(edges)) {
        const first = side.length;
        for (const [p, q, s] of [[a, b, 1], [a, b, -1], [b, a, -1], [b, a, 1]] as const) {
          position.push(p[0], p[1], level);
          other.push(q[0], q[1], level);
          side.push(s);
        }
        index.push(first, first + 1, first + 2, first + 2, first + 1, first + 3);
      }
    }
    this.#lines.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
    this.#lines.setAttribute('other', new BufferAttribute(new Float32Array(other), 3));
    this.#lines.setAttribute('side', new BufferAttribute(new Float32Array(side), 1));
    this.#lines.setIndex(index);
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
