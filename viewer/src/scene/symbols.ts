// Symbols that stand in the scene: pins of constant size on screen, behind buildings faded.
//
// In: what to draw where, in drawing order. Out: engine objects. Called by the device layer. One
// instanced quad a layer and pass: all of a community's devices cost four draw calls.
import {
  BufferAttribute,
  CustomBlending,
  GLSL3,
  Group,
  GreaterDepth,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  LessEqualDepth,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  RawShaderMaterial,
  Vector2,
} from 'three';
import type { Vec } from './pose';
import { CELL, SymbolAtlas, type SymbolLook } from './symbol-atlas';
import type { Screen } from './viewport';

export interface PlacedSymbol {
  readonly at: Vec;
  readonly look: SymbolLook;
  /** Drawn in front of all that are not. */
  readonly front: boolean;
}

/** Metres by which a foot inside a surface is still taken to stand before it. */
const TOLERANCE_M = 1.5;
/** How much of a symbol behind a building is still seen. */
const HIDDEN_OPACITY = 0.38;
const HIDDEN_FRONT_OPACITY = 0.78;

const VERTEX = /* glsl */ `
precision highp float;
in vec2 corner;
in vec3 at;
in float cell;
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform vec2 screen;   // device pixels
uniform float ratio;   // device pixels per CSS pixel
uniform vec2 grid;     // columns and rows of the atlas
out vec2 uvAt;
void main() {
  vec4 eye = viewMatrix * vec4(at, 1.);
  // Along the line of sight: the place on screen stays, the depth comes a little nearer.
  eye.xyz *= 1. - min(${TOLERANCE_M.toFixed(1)} / length(eye.xyz) + .002, .5);
  vec4 clip = projectionMatrix * eye;
  // On whole pixels, or icons would blur while standing still.
  vec2 foot = floor((clip.xy / clip.w * .5 + .5) * screen + .5);
  vec2 size = vec2(${CELL.width.toFixed(1)}, ${CELL.height.toFixed(1)}) * ratio;
  vec2 px = foot + vec2((corner.x - .5) * size.x, corner.y * size.y - floor(4. * ratio));
  gl_Position = vec4((px / screen * 2. - 1.) * clip.w, clip.zw);
  vec2 tile = vec2(mod(cell, grid.x), floor(cell / grid.x));
  uvAt = (tile + vec2(corner.x, 1. - corner.y)) / grid;
}`;

const FRAGMENT = /* glsl */ `
precision highp float;
in vec2 uvAt;
uniform sampler2D atlas;
uniform float opacity;
out vec4 colour;
void main() {
  vec4 c = texture(atlas, uvAt);
  if (c.a < .01) discard;
  // The texture is stored as sRGB and comes back linear; the screen wants sRGB.
  vec3 straight = c.rgb / c.a;
  vec3 srgb = mix(straight * 12.92, 1.055 * pow(straight, vec3(1. / 2.4)) - .055, step(.0031308, straight));
  colour = vec4(srgb * c.a, c.a) * opacity;
}`;

/** One instanced quad, drawn twice: what is hidden faintly, what is seen fully. */
class SymbolBatch {
  readonly meshes: readonly Mesh[];
  readonly #geometry = new InstancedBufferGeometry();
  readonly #materials: readonly RawShaderMaterial[];
  #capacity = 0;

  constructor(uniforms: Record<string, { value: unknown }>, order: number, hiddenOpacity: number) {
    this.#geometry.setAttribute('corner', new BufferAttribute(new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]), 2));
    this.#geometry.setIndex([0, 1, 2, 0, 2, 3]);
    this.#materials = [GreaterDepth, LessEqualDepth].map(
      (depthFunc, pass) =>
        new RawShaderMaterial({
          vertexShader: VERTEX,
          fragmentShader: FRAGMENT,
          glslVersion: GLSL3,
          uniforms: { ...uniforms, opacity: { value: pass === 0 ? hiddenOpacity : 1 } },
          transparent: true,
          depthWrite: false,
          depthFunc,
          blending: CustomBlending,
          blendSrc: OneFactor,
          blendDst: OneMinusSrcAlphaFactor,
        }),
    );
    this.meshes = this.#materials.map((material, pass) => {
      const mesh = new Mesh(this.#geometry, material);
      mesh.frustumCulled = false;
      mesh.renderOrder = order + pass;
      return mesh;
    });
  }

  set(symbols: readonly { at: Vec; cell: number }[]): void {
    if (symbols.length > this.#capacity) {
      this.#capacity = Math.max(64, 2 ** Math.ceil(Math.log2(symbols.length)));
      // The old buffers go with the geometry's next disposal; a new size needs new ones.
      this.#geometry.dispose();
      this.#geometry.setAttribute('at', new InstancedBufferAttribute(new Float32Array(this.#capacity * 3), 3));
      this.#geometry.setAttribute('cell', new InstancedBufferAttribute(new Float32Array(this.#capacity), 1));
    }
    this.#geometry.instanceCount = symbols.length;
    for (const mesh of this.meshes) mesh.visible = symbols.length > 0;
    if (symbols.length === 0) return;
    const [at, cell] = [this.#geometry.getAttribute('at'), this.#geometry.getAttribute('cell')];
    symbols.forEach((symbol, i) => {
      at.setXYZ(i, ...symbol.at);
      cell.setX(i, symbol.cell);
    });
    at.needsUpdate = true;
    cell.needsUpdate = true;
  }

  dispose(): void {
    this.#geometry.dispose();
    for (const material of this.#materials) material.dispose();
  }
}

export class Symbols {
  readonly group = new Group();
  readonly #atlas: SymbolAtlas;
  readonly #uniforms: { screen: { value: Vector2 }; ratio: { value: number } };
  readonly #batches: readonly [SymbolBatch, SymbolBatch];

  constructor(pixelRatio: number) {
    // Icons need no more than two pixels a pixel.
    const ratio = Math.min(Math.max(Math.ceil(pixelRatio), 1), 2);
    this.#atlas = new SymbolAtlas(ratio);
    const uniforms = {
      screen: { value: new Vector2(1, 1) },
      ratio: { value: pixelRatio },
      grid: { value: new Vector2(this.#atlas.columns, this.#atlas.rows) },
      atlas: { value: this.#atlas.texture },
    };
    this.#uniforms = uniforms;
    this.#batches = [new SymbolBatch(uniforms, 100, HIDDEN_OPACITY), new SymbolBatch(uniforms, 200, HIDDEN_FRONT_OPACITY)];
    for (const batch of this.#batches) this.group.add(...batch.meshes);
  }

  /** Shows these and no others; later ones in front. */
  set(symbols: readonly PlacedSymbol[], { width, height, ratio }: Screen): void {
    this.#uniforms.screen.value.set(width, height);
    this.#uniforms.ratio.value = ratio;
    const placed = this.#cells(symbols) ?? (this.#atlas.clear(), this.#cells(symbols)) ?? [];
    this.#batches[0].set(placed.filter(({ front }) => !front));
    this.#batches[1].set(placed.filter(({ front }) => front));
  }

  #cells(symbols: readonly PlacedSymbol[]): { at: Vec; cell: number; front: boolean }[] | null {
    const placed: { at: Vec; cell: number; front: boolean }[] = [];
    for (const { at, look, front } of symbols) {
      const cell = this.#atlas.cell(look);
      if (cell === null) return null;
      placed.push({ at, cell, front });
    }
    return placed;
  }

  dispose(): void {
    this.group.removeFromParent();
    for (const batch of this.#batches) batch.dispose();
    this.#atlas.dispose();
  }
}
