// The canvas: renderer, camera, and a loop that draws only when something has changed.
//
// In: a canvas, a pose, objects of layers. Out: pictures, rays, screen positions. Called by layers;
// owned by app/start. The world is as georef says: Z up, metres.
import { PerspectiveCamera, Scene, Vector3, WebGLRenderer } from 'three';
import type { Pose, Vec } from './pose';
import { Sky } from './sky';

/** Something that takes part in drawing. */
export interface Part {
  /** Before each drawing. Return true to be drawn again right after. */
  beforeDraw(now_ms: number): boolean;
}

export const FOV_RAD = (48 * Math.PI) / 180;
/** Sharper screens cost four times the pixels and show little more. */
const MAX_PIXEL_RATIO = 2;

/** The canvas: device pixels, and how many of them a pixel of the page has. What is sized in pixels follows both. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/** Two states in one picture. */
export interface Split {
  /** Whether both halves show the middle of the picture; else each shows its own part of it. */
  readonly beside: boolean;
  /** Where the second side begins, share of the width. */
  readonly at: number;
  /** Makes a side what is drawn and hit. */
  enter(side: 0 | 1): void;
}

/** Edges of the picture that something lies over, CSS pixels. */
export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export class Viewport {
  readonly scene = new Scene();
  readonly sky = new Sky();
  readonly camera = new PerspectiveCamera((FOV_RAD * 180) / Math.PI, 1, 1, 10_000);
  readonly renderer: WebGLRenderer;
  /** CSS pixels. */
  width = 1;
  height = 1;
  split: Split | null = null;
  /** Drawings so far. */
  frames = 0;
  readonly #parts: Part[] = [];
  readonly #observer: ResizeObserver;
  readonly #aim = new Vector3();
  #mostRatio = MAX_PIXEL_RATIO;
  #margins: Margins = { left: 0, right: 0, top: 0, bottom: 0 };
  #requested = false;
  #stopped = false;
  #handle = 0;

  /** Throws if the browser has no WebGL 2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'high-performance', stencil: false });
    this.renderer.setPixelRatio(this.#ratio);
    this.camera.rotation.order = 'ZXY';
    this.camera.up.set(0, 0, 1);
    this.scene.add(this.sky.mesh);
    this.scene.fog = this.sky.fog;
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(canvas);
    this.#resize();
  }

  /** Parts are asked in the order in which they were added, but what places the camera comes first: the others choose by it. */
  add(part: Part, { first = false } = {}): () => void {
    if (first) this.#parts.unshift(part);
    else this.#parts.push(part);
    this.invalidate();
    return () => void this.#parts.splice(this.#parts.indexOf(part), 1);
  }

  /** Asks for one more drawing; cheap, call it as often as you like. */
  invalidate = (): void => {
    this.#requested = true;
    if (!this.#stopped && this.#handle === 0) this.#handle = requestAnimationFrame(this.#tick);
  };

  /** Whether no drawing is due. */
  get still(): boolean {
    return !this.#requested;
  }

  stop(): void {
    this.#stopped = true;
    cancelAnimationFrame(this.#handle);
    this.#handle = 0;
  }

  start(): void {
    this.#stopped = false;
    this.invalidate();
  }

  /** Draws once, now. */
  frame(now_ms = performance.now()): void {
    this.#requested = false;
    // Resized canvases are empty: what is drawn right after fills them, in the new measure.
    if (this.#ratio !== this.renderer.getPixelRatio()) this.renderer.setPixelRatio(this.#ratio);
    let again = false;
    for (const part of this.#parts) again = part.beforeDraw(now_ms) || again;
    this.sky.follow(this.camera);
    this.#draw();
    this.frames++;
    if (again) this.invalidate();
  }

  /** Stands the camera at `pose`; `ground_m` is its height above the ground, for the depth range. */
  place(pose: Pose, ground_m: number): void {
    const { camera } = this;
    camera.position.set(...pose.eye);
    camera.rotation.set(pose.pitch_rad + Math.PI / 2, 0, -pose.heading_rad);
    camera.near = Math.min(Math.max(ground_m * 0.08, 0.4), 100);
    camera.far = camera.near * 40_000;
    const shift = (this.#margins.right - this.#margins.left) / 2;
    const lift = (this.#margins.bottom - this.#margins.top) / 2;
    camera.setViewOffset(this.width, this.height, shift, lift, this.width, this.height);
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
  }

  /** The most pixels of the picture to one of the page; the screen may have fewer. */
  set pixelRatio(most: number) {
    this.#mostRatio = most;
    this.invalidate();
  }

  get screen(): Screen {
    const { width, height } = this.canvas;
    return { width, height, ratio: this.renderer.getPixelRatio() };
  }

  /** Where the middle of the picture is: amid these margins. */
  get margins(): Margins {
    return this.#margins;
  }

  set margins(margins: Margins) {
    this.#margins = margins;
    this.invalidate();
  }

  /** The part of the picture between margins, as width ÷ height, and its share of the height. */
  free({ left, right, top, bottom }: Margins): { aspect: number; share: number } {
    const height = Math.max(this.height - top - bottom, 1);
    return { aspect: Math.max(this.width - left - right, 1) / height, share: height / this.height };
  }

  /** The side that shows a place on the canvas. */
  sideAt(x: number): 0 | 1 {
    return this.split && x >= this.split.at * this.width ? 1 : 0;
  }

  /** A place on the left of two halves that show the same, which is where places count as. */
  fold(x: number): number {
    return this.split?.beside && x >= this.width / 2 ? x - this.width / 2 : x;
  }

  /** The direction from the eye through a place on the canvas, CSS pixels. */
  ray(x: number, y: number): Vec {
    const far = this.#aim.set(((this.fold(x) + this.#aside) / this.width) * 2 - 1, 1 - (y / this.height) * 2, 0.5).unproject(this.camera);
    const ray = far.sub(this.camera.position).normalize();
    return [ray.x, ray.y, ray.z];
  }

  /** Where a point appears, CSS pixels; null behind the eye. */
  project(p: Vec): { x: number; y: number; depth_m: number } | null {
    const v = this.#aim.set(...p).applyMatrix4(this.camera.matrixWorldInverse);
    const depth_m = -v.z;
    if (depth_m <= this.camera.near) return null;
    v.applyMatrix4(this.camera.projectionMatrix);
    return { x: ((v.x + 1) / 2) * this.width - this.#aside, y: ((1 - v.y) / 2) * this.height, depth_m };
  }

  dispose(): void {
    this.stop();
    this.#observer.disconnect();
    this.sky.dispose();
    this.renderer.dispose();
  }

  /** As the level of quality and the page's screen, which may be another one by now, have it. */
  get #ratio(): number {
    return Math.min(devicePixelRatio, this.#mostRatio, MAX_PIXEL_RATIO);
  }

  /** How far a half shows the picture from where it would be. */
  get #aside(): number {
    return this.split?.beside ? this.width / 4 : 0;
  }

  #draw(): void {
    const { renderer, split, width, height } = this;
    if (!split) {
      renderer.render(this.scene, this.camera);
      return;
    }
    const edge = Math.round(split.at * width);
    renderer.setScissorTest(true);
    for (const side of [0, 1] as const) {
      split.enter(side);
      renderer.setScissor(side * edge, 0, side ? width - edge : edge, height);
      renderer.setViewport((side * 2 - 1) * this.#aside, 0, width, height);
      renderer.render(this.scene, this.camera);
    }
    split.enter(0);
    renderer.setScissorTest(false);
    renderer.setViewport(0, 0, width, height);
  }

  #tick = (now_ms: number): void => {
    this.#handle = 0;
    this.frame(now_ms);
  };

  #resize(): void {
    this.width = Math.max(this.canvas.clientWidth, 1);
    this.height = Math.max(this.canvas.clientHeight, 1);
    this.renderer.setSize(this.width, this.height, false);
    this.camera.aspect = this.width / this.height;
    this.invalidate();
  }
}
