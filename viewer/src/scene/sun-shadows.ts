// Shadows over everything that tiles show, whatever its materials: a survey's are not lit, and stay so.
//
// In: the direction to the sun, what casts. Out: a veil in the scene that darkens what the sun does not
// reach; without it nothing is different. Called by the sun layer. Shadow mapping after Williams 1978,
// deferred: the scene is drawn once from the sun and once from the eye for their depths, with its own
// materials, so that hidden buildings and sections cast what they show; the veil compares both
// (percentage-closer filtering after Reeves, Salesin and Cook 1987; offset along the surface's normal).
import {
  BufferAttribute, BufferGeometry, CustomBlending, DepthTexture, FloatType, GLSL3, Matrix4, Mesh, NearestFilter, OrthographicCamera, RawShaderMaterial, SrcColorFactor, Vector3, Vector4,
  WebGLRenderTarget, ZeroFactor, type Camera, type Object3D, type Scene, type WebGLRenderer,
} from 'three';
import type { Vec } from './pose';
import type { Viewport } from './viewport';

/** Texels on a side of the shadow map. */
const SIZE = 2048;
/** After the tiles, before outlines and symbols. */
const ORDER = 40;

const VERTEX = /* glsl */ `
in vec3 position;
void main() { gl_Position = vec4(position.xy, 1., 1.); }`;

const FRAGMENT = /* glsl */ `
precision highp float;
uniform highp sampler2D seen;   // depths from the eye
uniform highp sampler2D map;    // depths from the sun
uniform vec4 view;              // viewport, device pixels
uniform mat4 unproject;
uniform mat4 toSun;
uniform vec3 sun;
uniform float texel_m;
uniform float day;              // 0 below the horizon
out vec4 colour;
const vec3 SHADE = vec3(.50, .54, .64);
const vec3 NIGHT = vec3(.30, .34, .46);
vec3 world(vec2 px, float depth) {
  vec4 p = unproject * vec4(vec3((px - view.xy) / view.zw, depth) * 2. - 1., 1.);
  return p.xyz / p.w;
}
float depthAt(vec2 px) { return texelFetch(seen, ivec2(px), 0).r; }
void main() {
  vec2 px = gl_FragCoord.xy;
  float depth = depthAt(px);
  if (depth >= 1.) discard;
  vec3 p = world(px, depth);
  // The surface's normal from the nearer of both neighbours, so that edges of houses do not smear it.
  float l = depthAt(px - vec2(1, 0)), r = depthAt(px + vec2(1, 0)), b = depthAt(px - vec2(0, 1)), t = depthAt(px + vec2(0, 1));
  vec3 dx = abs(l - depth) < abs(r - depth) ? p - world(px - vec2(1, 0), l) : world(px + vec2(1, 0), r) - p;
  vec3 dy = abs(b - depth) < abs(t - depth) ? p - world(px - vec2(0, 1), b) : world(px + vec2(0, 1), t) - p;
  vec3 n = normalize(cross(dx, dy));
  float facing = dot(n, sun);
  float lit = 0.;
  vec4 q = toSun * vec4(p + n * texel_m * 1.6 + sun * texel_m * .6, 1.);
  vec3 at = q.xyz * .5 + .5;
  if (any(lessThan(at, vec3(0.))) || any(greaterThan(at, vec3(1.)))) lit = 1.;
  else for (int x = -1; x <= 1; x++) for (int y = -1; y <= 1; y++) {
    vec2 place = at.xy * ${SIZE}. + vec2(x, y) - .5;
    ivec2 i = ivec2(floor(place));
    vec2 f = fract(place);
    vec4 d = vec4(texelFetch(map, i, 0).r, texelFetch(map, i + ivec2(1, 0), 0).r, texelFetch(map, i + ivec2(0, 1), 0).r, texelFetch(map, i + ivec2(1, 1), 0).r);
    vec4 s = step(vec4(at.z), d);
    lit += mix(mix(s.x, s.y, f.x), mix(s.z, s.w, f.x), f.y) / 9.;
  }
  lit *= smoothstep(-.02, .10, facing);
  colour = vec4(mix(NIGHT, mix(SHADE, vec3(1.), lit), day), 1.);
}`;

export class SunShadows {
  readonly camera = new OrthographicCamera();
  readonly #viewport: Viewport;
  readonly #casters: () => readonly Object3D[];
  readonly #map = depthTarget(SIZE, SIZE);
  #seen = depthTarget(1, 1);
  readonly #veil: Mesh<BufferGeometry, RawShaderMaterial>;
  readonly #uniforms;
  #drawn = '';
  #nested = false;
  #on = true;

  constructor(viewport: Viewport, casters: () => readonly Object3D[]) {
    [this.#viewport, this.#casters] = [viewport, casters];
    this.#uniforms = {
      seen: { value: this.#seen.depthTexture },
      map: { value: this.#map.depthTexture },
      view: { value: new Vector4() },
      unproject: { value: new Matrix4() },
      toSun: { value: new Matrix4() },
      sun: { value: new Vector3(0, 0, 1) },
      texel_m: { value: 0.1 },
      day: { value: 1 },
    };
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    this.#veil = new Mesh(
      geometry,
      new RawShaderMaterial({
        vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms: this.#uniforms, glslVersion: GLSL3, transparent: true, depthTest: false, depthWrite: false,
        blending: CustomBlending, blendSrc: ZeroFactor, blendDst: SrcColorFactor,
      }),
    );
    this.#veil.frustumCulled = false;
    this.#veil.renderOrder = ORDER;
    viewport.scene.add(this.#veil);
    viewport.scene.onBeforeRender = (renderer: WebGLRenderer, scene: Scene, camera: Camera) => {
      if (this.#on && !this.#nested && camera === viewport.camera) this.#prepare(renderer, scene);
    };
  }

  /** Without shadows nothing is drawn twice. */
  set on(yes: boolean) {
    this.#on = this.#veil.visible = yes;
  }

  /** The sun from now on, over a ball around a point. Below the horizon it is night. */
  set(towards: Vec, centre: Vec, radius_m: number): void {
    const up = towards[2];
    this.#uniforms.sun.value.set(...towards);
    this.#uniforms.day.value = Math.min(Math.max(up / 0.06, 0), 1);
    this.#uniforms.texel_m.value = (2 * radius_m) / SIZE;
    const { camera } = this;
    camera.up.set(0, up > 0.99 ? 1 : 0, up > 0.99 ? 0 : 1);
    camera.position.set(...centre).addScaledVector(this.#uniforms.sun.value, radius_m * 2);
    camera.lookAt(...centre);
    [camera.left, camera.right, camera.bottom, camera.top] = [-radius_m, radius_m, -radius_m, radius_m];
    [camera.near, camera.far] = [radius_m * 0.5, radius_m * 3.5];
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
    this.#uniforms.toSun.value.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
  }

  dispose(): void {
    this.#viewport.scene.onBeforeRender = () => undefined;
    this.#veil.removeFromParent();
    this.#veil.geometry.dispose();
    this.#veil.material.dispose();
    for (const target of [this.#map, this.#seen]) release(target);
    this.#viewport.invalidate();
  }

  /** Draws both depths with what casts alone. */
  #prepare(renderer: WebGLRenderer, scene: Scene): void {
    const casters = new Set(this.#casters());
    const others = scene.children.filter((child) => child.visible && !casters.has(child) && !('isLight' in child) && child.type !== 'Group');
    const groups = scene.children.filter((child) => child.visible && !casters.has(child) && child.type === 'Group' && !child.children.some((part) => 'isLight' in part));
    const view = renderer.getCurrentViewport(new Vector4());
    const { width, height } = renderer.domElement;
    if (this.#seen.width !== width || this.#seen.height !== height) {
      release(this.#seen);
      this.#seen = depthTarget(width, height);
      this.#uniforms.seen.value = this.#seen.depthTexture;
    }
    const previous = renderer.getRenderTarget();
    this.#nested = true;
    for (const other of [...others, ...groups]) other.visible = false;
    this.#seen.viewport.copy(view);
    this.#seen.scissorTest = false;
    renderer.setRenderTarget(this.#seen);
    renderer.render(scene, this.#viewport.camera);
    const drawn = `${this.#uniforms.toSun.value.elements.join()} ${signature(casters)}`;
    if (drawn !== this.#drawn && this.#uniforms.day.value > 0) {
      this.#drawn = drawn;
      renderer.setRenderTarget(this.#map);
      renderer.render(scene, this.camera);
    }
    renderer.setRenderTarget(previous);
    for (const other of [...others, ...groups]) other.visible = true;
    this.#nested = false;
    const { camera } = this.#viewport;
    this.#uniforms.view.value.copy(view);
    this.#uniforms.unproject.value.multiplyMatrices(camera.matrixWorld, camera.projectionMatrixInverse);
  }
}

/** Changes when other tiles stand there, or other looks. */
function signature(casters: Iterable<Object3D>): string {
  let text = '';
  for (const group of casters) {
    if (!group.visible) continue;
    for (const tile of group.children) {
      const table = tile.userData.features as { looks?: { value: { version: number; id: number } } } | undefined;
      text += `${tile.id},${table?.looks?.value.id ?? 0},${table?.looks?.value.version ?? 0};`;
    }
  }
  return text;
}

function depthTarget(width: number, height: number): WebGLRenderTarget & { depthTexture: DepthTexture } {
  const depthTexture = new DepthTexture(width, height, FloatType);
  depthTexture.minFilter = depthTexture.magFilter = NearestFilter;
  return new WebGLRenderTarget(width, height, { depthTexture, generateMipmaps: false }) as WebGLRenderTarget & { depthTexture: DepthTexture };
}

function release(target: WebGLRenderTarget): void {
  target.depthTexture?.dispose();
  target.dispose();
}
