// Sky, horizon and the ground far below: one triangle behind everything.
//
// In: three colours. Out: an engine object and the fog that goes with it. Called by the viewport.
import { BufferAttribute, BufferGeometry, Color, Fog, GLSL3, Matrix4, Mesh, RawShaderMaterial, type PerspectiveCamera } from 'three';

export interface SkyColours {
  readonly zenith: string;
  readonly horizon: string;
  readonly ground: string;
}

const VERTEX = /* glsl */ `
in vec3 position;
uniform mat4 unproject;
out vec3 ray;
void main() {
  vec4 far = unproject * vec4(position.xy, 1., 1.);
  ray = far.xyz / far.w;
  gl_Position = vec4(position.xy, 1., 1.);
}`;

const FRAGMENT = /* glsl */ `
precision highp float;
in vec3 ray;
uniform vec3 zenith;
uniform vec3 horizon;
uniform vec3 ground;
out vec4 colour;
void main() {
  float up = normalize(ray).z;
  vec3 c = up > 0. ? mix(horizon, zenith, 1. - exp(-up * 3.5)) : mix(horizon, ground, 1. - exp(up * 3.2));
  // Less than one step of brightness, so that the gradient shows no bands (interleaved gradient noise).
  float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(.06711056, .00583715))));
  colour = vec4(c + (noise - .5) / 255., 1.);
}`;

export class Sky {
  readonly mesh: Mesh;
  readonly fog: Fog;
  readonly #material: RawShaderMaterial;
  readonly #uniforms = {
    unproject: { value: new Matrix4() },
    zenith: { value: [0, 0, 0] },
    horizon: { value: [0, 0, 0] },
    ground: { value: [0, 0, 0] },
  };

  constructor() {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    this.#material = new RawShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      glslVersion: GLSL3,
      uniforms: this.#uniforms,
      depthTest: false,
      depthWrite: false,
    });
    this.mesh = new Mesh(geometry, this.#material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = -1000;
    this.fog = new Fog(0, 1, 2);
  }

  /** Colours are written to the screen as given (sRGB). */
  paint(colours: SkyColours): void {
    for (const name of ['zenith', 'horizon', 'ground'] as const) {
      const hex = Number.parseInt(colours[name].slice(1), 16);
      this.#uniforms[name].value = [(hex >> 16) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255];
    }
    this.fog.color = new Color(colours.horizon);
  }

  /** Fog begins well behind what one came to see, of the given size in metres. */
  reach(size_m: number): void {
    this.fog.near = Math.max(1500, size_m * 2.5);
    this.fog.far = this.fog.near * 5;
  }

  follow(camera: PerspectiveCamera): void {
    // Rotation only: the sky has no place.
    const m = this.#uniforms.unproject.value.copy(camera.matrixWorld).setPosition(0, 0, 0);
    m.multiply(camera.projectionMatrixInverse);
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.#material.dispose();
  }
}
