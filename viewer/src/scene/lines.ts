// Lines of constant width on the screen, seen faintly through what stands before them.
//
// In: segments in local metres. Out: an engine object. Called by the outline of buildings and by the
// marks of elements.
import { BufferAttribute, BufferGeometry, DoubleSide, GLSL3, GreaterDepth, Group, LessEqualDepth, Mesh, RawShaderMaterial, Vector2 } from 'three';
import type { Vec } from './pose';

export type Segment = readonly [Vec, Vec];

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

/** The colour of what is selected. */
export const TINT = [0.24, 0.83, 0.86];
/** Half the width of a line, CSS pixels. */
const HALF_PX = 1.25;

export interface LineLook {
  readonly tint?: readonly number[];
  /** Half the width, CSS pixels. */
  readonly half_px?: number;
  readonly order?: number;
}

export class Lines {
  readonly #order: number;
  readonly group = new Group();
  readonly #screen = { value: new Vector2(1, 1) };
  readonly #half_px: number;
  readonly #width: { value: number };
  readonly #materials: RawShaderMaterial[];
  #geometry = new BufferGeometry();

  /** `through` is how much of a line shows where something stands before it, 0 … 1. */
  constructor(pixelRatio: number, through = 0.45, { tint = TINT, half_px = HALF_PX, order = 51 }: LineLook = {}) {
    this.#order = order;
    this.#half_px = half_px;
    this.#width = { value: half_px * pixelRatio };
    this.#materials = ([[LessEqualDepth, 0.95], [GreaterDepth, through]] as const).map(
      ([depthFunc, opacity]) =>
        new RawShaderMaterial({
          vertexShader: LINE_VERTEX, fragmentShader: LINE_FRAGMENT, glslVersion: GLSL3,
          uniforms: { tint: { value: tint }, opacity: { value: opacity }, screen: this.#screen, width: this.#width },
          depthFunc, transparent: true, depthWrite: false, side: DoubleSide,
        }),
    );
  }

  /** Replaces all segments. */
  set(segments: readonly Segment[]): void {
    this.#geometry.dispose();
    this.#geometry = geometryOf(segments);
    this.group.clear();
    for (const [i, material] of this.#materials.entries()) {
      const mesh = new Mesh(this.#geometry, material);
      mesh.frustumCulled = false;
      mesh.renderOrder = this.#order + i;
      this.group.add(mesh);
    }
    this.group.visible = segments.length > 0;
  }

  /** Device pixels of the canvas, and of a pixel of the page, from which the width of lines follows. */
  resize(width: number, height: number, ratio?: number): void {
    this.#screen.value.set(width, height);
    if (ratio !== undefined) this.#width.value = this.#half_px * ratio;
  }

  dispose(): void {
    this.group.removeFromParent();
    this.#geometry.dispose();
    for (const material of this.#materials) material.dispose();
  }
}

/** Two triangles a segment; the shader moves their corners apart. */
function geometryOf(segments: readonly Segment[]): BufferGeometry {
  const [position, other, side, index]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (const [a, b] of segments) {
    const first = side.length;
    for (const [p, q, s] of [[a, b, 1], [a, b, -1], [b, a, -1], [b, a, 1]] as const) {
      position.push(...p);
      other.push(...q);
      side.push(s);
    }
    index.push(first, first + 1, first + 2, first + 2, first + 1, first + 3);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
  geometry.setAttribute('other', new BufferAttribute(new Float32Array(other), 3));
  geometry.setAttribute('side', new BufferAttribute(new Float32Array(side), 1));
  geometry.setIndex(index);
  return geometry;
}
