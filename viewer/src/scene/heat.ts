// A heat map that lies over a place: one quad near the ground, coloured by a grid of densities.
//
// In: a grid, a box, a ramp of colours. Out: an engine object. Called by the wall's heat layer. What
// stands before it shows it faintly, as with lines: streets carry the heat, houses stand out of it.
import {
  BufferAttribute, BufferGeometry, ClampToEdgeWrapping, DataTexture, DoubleSide, GLSL3, GreaterDepth, Group, LessEqualDepth, LinearFilter, Mesh,
  RawShaderMaterial, RGBAFormat, UnsignedByteType,
} from 'three';

const VERTEX = /* glsl */ `
precision highp float;
in vec3 position;
in vec2 uv;
uniform mat4 projectionMatrix;
uniform mat4 modelViewMatrix;
out vec2 at;
void main() {
  at = uv;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.);
}`;

const FRAGMENT = /* glsl */ `
precision highp float;
in vec2 at;
uniform sampler2D grid;
uniform float opacity;
out vec4 colour;
void main() {
  vec4 c = texture(grid, at);
  colour = vec4(c.rgb, c.a * opacity);
}`;

/** Red, green, blue of a step, 0 … 255. */
export type Rgb = readonly [number, number, number];

export interface HeatBox {
  readonly east_m: readonly [number, number];
  readonly north_m: readonly [number, number];
  readonly up_m: number;
}

/** How much of the heat is seen where a house stands before it. */
const BEHIND = 0.62;
/** Share of the strongest at which the heat begins, and at which it covers fully. */
const [FAINT, FULL] = [0.02, 0.3];
const OPACITY = 0.82;

export class Heat {
  readonly group = new Group();
  readonly #geometry = new BufferGeometry();
  readonly #materials: RawShaderMaterial[];
  readonly #grid: { value: DataTexture | null } = { value: null };

  constructor() {
    this.#geometry.setAttribute('position', new BufferAttribute(new Float32Array(12), 3));
    this.#geometry.setAttribute('uv', new BufferAttribute(new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]), 2));
    this.#geometry.setIndex([0, 1, 2, 0, 2, 3]);
    this.#materials = ([[LessEqualDepth, OPACITY], [GreaterDepth, OPACITY * BEHIND]] as const).map(
      ([depthFunc, opacity]) =>
        new RawShaderMaterial({
          vertexShader: VERTEX, fragmentShader: FRAGMENT, glslVersion: GLSL3, uniforms: { grid: this.#grid, opacity: { value: opacity } },
          depthFunc, transparent: true, depthWrite: false, side: DoubleSide,
        }),
    );
    for (const [i, material] of this.#materials.entries()) {
      const mesh = new Mesh(this.#geometry, material);
      mesh.frustumCulled = false;
      mesh.renderOrder = 40 + i;
      this.group.add(mesh);
    }
    this.group.visible = false;
  }

  /** Shows densities (row by row from the south-west) as shares of the most, in steps of the ramp. */
  set(columns: number, rows: number, density: Float32Array, most: number, box: HeatBox, ramp: readonly Rgb[]): void {
    const pixels = new Uint8Array(columns * rows * 4);
    density.forEach((value, i) => {
      const share = most > 0 ? value / most : 0;
      const [r, g, b] = mixed(ramp, share);
      const cover = Math.min(1, Math.max(0, (share - FAINT) / (FULL - FAINT)));
      pixels.set([r, g, b, Math.round(255 * cover)], i * 4);
    });
    this.#grid.value?.dispose();
    const texture = new DataTexture(pixels, columns, rows, RGBAFormat, UnsignedByteType);
    texture.minFilter = texture.magFilter = LinearFilter;
    texture.wrapS = texture.wrapT = ClampToEdgeWrapping;
    texture.needsUpdate = true;
    this.#grid.value = texture;
    const [[w, e], [s, n], up] = [box.east_m, box.north_m, box.up_m];
    this.#geometry.getAttribute('position').array.set([w, s, up, e, s, up, e, n, up, w, n, up]);
    this.#geometry.getAttribute('position').needsUpdate = true;
    this.group.visible = most > 0;
  }

  hide(): void {
    this.group.visible = false;
  }

  dispose(): void {
    this.group.removeFromParent();
    this.#grid.value?.dispose();
    this.#geometry.dispose();
    for (const material of this.#materials) material.dispose();
  }
}

/** A colour between the steps of a ramp. */
export function mixed(ramp: readonly Rgb[], share: number): Rgb {
  const at = Math.min(Math.max(share, 0), 1) * (ramp.length - 1);
  const [a, b] = [ramp[Math.floor(at)] ?? [0, 0, 0], ramp[Math.ceil(at)] ?? [0, 0, 0]];
  const t = at - Math.floor(at);
  return [0, 1, 2].map((k) => Math.round((a[k] ?? 0) + ((b[k] ?? 0) - (a[k] ?? 0)) * t)) as unknown as Rgb;
}
