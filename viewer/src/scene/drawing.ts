// What tools draw into the scene: lines with a light edge, faint faces, figures and marks.
//
// In: segments, polygons and labels in local metres. Out: an engine object. Called by the layers of
// tools. Lines and labels are seen faintly through what stands before them.
import { BufferAttribute, BufferGeometry, DoubleSide, GLSL3, Group, Mesh, RawShaderMaterial } from 'three';
import { triangles } from './ears';
import { Labels, type Label, type LabelColours } from './labels';
import { Lines, type Segment } from './lines';
import type { Vec } from './pose';
import type { Viewport } from './viewport';

const FACE_VERTEX = /* glsl */ `
precision highp float;
in vec3 position;
uniform mat4 projectionMatrix;
uniform mat4 modelViewMatrix;
void main() {
  vec4 eye = modelViewMatrix * vec4(position, 1.);
  // A little nearer than what it lies on.
  eye.xyz *= .997;
  gl_Position = projectionMatrix * eye;
}`;

const FACE_FRAGMENT = /* glsl */ `
precision highp float;
uniform vec3 tint;
uniform float opacity;
out vec4 colour;
void main() { colour = vec4(tint, opacity); }`;

export interface Drawn {
  readonly lines: readonly Segment[];
  /** Rings without a repeated point. */
  readonly faces?: readonly (readonly Vec[])[];
  readonly labels?: readonly Label[];
}

/** Half the widths of a line and of its edge, CSS pixels. */
const WIDTHS = { edge: 2.4, line: 1.2 };
const FACE_OPACITY = 0.16;

export class Drawing {
  readonly group = new Group();
  readonly #lines: readonly Lines[];
  readonly #labels: Labels;
  readonly #face: RawShaderMaterial;
  #geometry = new BufferGeometry();

  /** `tint` is sRGB, 0 … 1. */
  constructor(pixelRatio: number, tint: readonly number[], through = 0.35) {
    this.#lines = [
      new Lines(pixelRatio, through * 0.6, { tint: [1, 1, 1], half_px: WIDTHS.edge, order: 60 }),
      new Lines(pixelRatio, through, { tint, half_px: WIDTHS.line, order: 62 }),
    ];
    this.#face = new RawShaderMaterial({
      vertexShader: FACE_VERTEX, fragmentShader: FACE_FRAGMENT, glslVersion: GLSL3, transparent: true, depthWrite: false, depthTest: false, side: DoubleSide,
      uniforms: { tint: { value: tint }, opacity: { value: FACE_OPACITY } },
    });
    this.#labels = new Labels(pixelRatio);
  }

  set({ lines, faces = [], labels = [] }: Drawn, colours: LabelColours): void {
    this.group.clear();
    for (const one of this.#lines) one.set(lines);
    this.#geometry.dispose();
    this.#geometry = filled(faces);
    const face = new Mesh(this.#geometry, this.#face);
    face.frustumCulled = false;
    face.renderOrder = 55;
    face.visible = faces.length > 0;
    this.#labels.set(labels, colours);
    this.group.add(face, ...this.#lines.map(({ group }) => group), this.#labels.group);
  }

  /** Fits it to the screen and to where the camera stands; before each drawing. */
  fit(viewport: Viewport): void {
    const { screen } = viewport;
    for (const one of this.#lines) one.resize(screen.width, screen.height, screen.ratio);
    this.#labels.resize(screen);
    this.#labels.arrange((at) => viewport.project(at));
  }

  dispose(): void {
    this.group.removeFromParent();
    for (const one of this.#lines) one.dispose();
    this.#labels.dispose();
    this.#geometry.dispose();
    this.#face.dispose();
  }
}

/** Triangles of polygons, cut up in the plane in which each is largest. */
function filled(faces: readonly (readonly Vec[])[]): BufferGeometry {
  const [position, index]: [number[], number[]] = [[], []];
  for (const ring of faces) {
    const first = position.length / 3;
    const [x, y, z] = newell(ring);
    const drop = Math.abs(z) >= Math.max(Math.abs(x), Math.abs(y)) ? 2 : Math.abs(x) > Math.abs(y) ? 0 : 1;
    const flat = ring.map((p) => [p[drop === 0 ? 1 : 0], p[drop === 2 ? 1 : 2]] as const);
    position.push(...ring.flat());
    for (const triangle of triangles(flat)) index.push(...triangle.map((at) => first + at));
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
  geometry.setIndex(index);
  return geometry;
}

/** Twice the area of a ring, as a vector across it (Newell 1972, in Sutherland et al. 1974). */
function newell(ring: readonly Vec[]): Vec {
  const sum: [number, number, number] = [0, 0, 0];
  ring.forEach((p, i) => {
    const q = ring[(i + 1) % ring.length] ?? p;
    sum[0] += (p[1] - q[1]) * (p[2] + q[2]);
    sum[1] += (p[2] - q[2]) * (p[0] + q[0]);
    sum[2] += (p[0] - q[0]) * (p[1] + q[1]);
  });
  return sum;
}
