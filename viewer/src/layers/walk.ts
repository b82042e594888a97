// Walking through the scene: eyes above the ground, walls stop, steps are climbed.
//
// In: what is pressed, drags and taps while the tool is open. Out: the camera, through the navigation.
import { batch, effect } from '@preact/signals-core';
import { outwardOf } from '../scene/hits';
import { add, clamp, ease, scale, sub, toAim, wrap, type Pose, type Vec } from '../scene/pose';
import type { Viewport } from '../scene/viewport';
import { EYE_M, groundMissing, intent, openHeading, step, turned, walking, type Around } from '../state/walk';
import { buildingById } from '../state/session';
import { reducedMotion } from '../state/settings';
import { tool } from '../state/tools';
import type { Claims } from './claims';
import type { Guide, Navigation } from './navigation';
import type { Hit, Tilesets } from './tilesets';

/** Who rises or falls by less stands: the ground below is met anew at each picture, and not always at the last digit. */
const RESTS_M = 1e-6;
const ENTER_MS = 900;
/** A drag across this many pixels turns the head by one radian. */
const LOOK_PX = 320;
const PITCH = { down: -1.2, up: 1.2 };
/** From a roof one is set down beside the building: looked for in steps towards the camera. */
const BESIDE = { step_m: 2, steps: 60, clear: 3 };
const DEEP_M = 200;

export class WalkLayer implements Guide {
  readonly #viewport: Viewport;
  readonly #tilesets: Tilesets;
  readonly #navigation: Navigation;
  readonly #claims: Claims;
  #feet: Vec = [0, 0, 0];
  #look = { heading_rad: 0, pitch_rad: 0 };
  /** The way to where one stands, while one is on it. */
  #entering: { from: Pose; start_ms: number } | null = null;
  #before: Pose | null = null;
  #last_ms = 0;
  /** Whether the last picture turned: only then time has passed while a key was down. */
  #turning = false;
  #free: (() => void) | null = null;

  constructor(viewport: Viewport, tilesets: Tilesets, navigation: Navigation, claims: Claims) {
    [this.#viewport, this.#tilesets, this.#navigation, this.#claims] = [viewport, tilesets, navigation, claims];
    effect(() => {
      if (tool.value === 'walk') this.#begin();
      else this.#end(true);
    });
    effect(() => {
      // Begun by hand, where the tool found no ground before.
      if (walking.value && tool.peek() === 'walk' && navigation.guide !== this) this.#begin();
    });
    effect(() => {
      const { forward, right, turn = 0 } = intent.value;
      if (forward !== 0 || right !== 0 || turn !== 0) viewport.invalidate();
    });
  }

  step(_pose: Pose, now_ms: number): { pose: Pose; again: boolean } {
    const passed_s = Math.max(0, now_ms - this.#last_ms) / 1000;
    this.#last_ms = now_ms;
    const wish = intent.peek();
    const moves = wish.forward !== 0 || wish.right !== 0;
    const before = this.#feet;
    const turn = wish.turn ?? 0;
    if (turn !== 0 && !this.#entering) this.#look = { ...this.#look, heading_rad: wrap(turned(this.#look.heading_rad, turn, this.#turning ? passed_s : 0)) };
    this.#turning = turn !== 0;
    if (!this.#entering) this.#feet = step(this.#feet, wish, this.#look.heading_rad, moves ? passed_s : Math.min(passed_s, 0.05), this.#around);
    const stands: Pose = { eye: add(this.#feet, [0, 0, EYE_M]), ...this.#look };
    const entering = this.#entering;
    if (!entering) return { pose: stands, again: moves || turn !== 0 || Math.abs(before[2] - this.#feet[2]) > RESTS_M };
    const t = clamp((now_ms - entering.start_ms) / ENTER_MS, 0, 1);
    if (t === 1) this.#entering = null;
    return { pose: mix(entering.from, stands, ease(t)), again: true };
  }

  look(right_px: number, down_px: number): void {
    const { heading_rad, pitch_rad } = this.#look;
    this.#look = { heading_rad: wrap(heading_rad - right_px / LOOK_PX), pitch_rad: clamp(pitch_rad + down_px / LOOK_PX, PITCH.down, PITCH.up) };
    this.#viewport.invalidate();
  }

  /** The camera is wanted elsewhere: the tool closes, and where one was is forgotten. */
  leave(): void {
    this.#end(false);
    tool.value = null;
  }

  #begin(): void {
    const { pose } = this.#navigation;
    const { width, height } = this.#viewport;
    const spot = this.#standing(width / 2, height / 2) ?? this.#standing(width / 2, height * 0.75);
    batch(() => {
      groundMissing.value = spot === null;
      walking.value = spot !== null;
    });
    if (!spot || this.#navigation.guide === this) return;
    this.#before = pose;
    this.#look = { heading_rad: openHeading(spot, pose.heading_rad, this.#around), pitch_rad: 0 };
    this.#navigation.guide = this;
    this.#free = this.#claims.take({ tap: this.#goTo, hover: () => undefined, leave: () => undefined, doubleTap: () => undefined });
    this.#enter(spot);
  }

  #end(back: boolean): void {
    this.#free?.();
    this.#free = null;
    const before = this.#before;
    this.#before = null;
    batch(() => {
      walking.value = groundMissing.value = false;
      intent.value = { right: 0, forward: 0, fast: false };
    });
    if (this.#navigation.guide !== this) return;
    this.#navigation.guide = null;
    if (back && before) this.#navigation.flyTo(toAim(before, 30));
    this.#viewport.invalidate();
  }

  #enter(feet: Vec): void {
    this.#feet = feet;
    this.#last_ms = performance.now();
    this.#entering = reducedMotion.peek() ? null : { from: this.#navigation.pose, start_ms: performance.now() };
    this.#viewport.invalidate();
  }

  #goTo = (x: number, y: number): void => {
    const spot = this.#standing(x, y);
    if (spot) this.#enter(spot);
  };

  /** Where one would stand at a place on the canvas: on the ground beside a building, not on its roof. */
  #standing(x: number, y: number): Vec | null {
    const eye: Vec = this.#viewport.camera.position.toArray();
    const ray = this.#viewport.ray(x, y);
    const hit = this.#tilesets.solid(eye, ray, Infinity);
    if (!hit) return null;
    if (!isBuilding(hit)) return hit.point;
    const [east, north] = sub(eye, hit.point);
    const away = Math.hypot(east, north) || 1;
    let clear: Vec[] = [];
    for (let i = 1; i <= BESIDE.steps; i++) {
      const from = add(hit.point, scale([east / away, north / away, 0], i * BESIDE.step_m));
      const below = this.#tilesets.solid([from[0], from[1], eye[2]], [0, 0, -1], DEEP_M);
      clear = below && !isBuilding(below) ? [...clear, below.point] : [];
      // Not with the nose at the wall.
      if (clear.length >= BESIDE.clear) break;
    }
    return clear.at(-1) ?? hit.point;
  }

  readonly #around: Around = {
    ahead: (from, direction, far_m) => {
      const hit = this.#tilesets.solid(from, direction, far_m);
      const outward = hit && outwardOf(hit.raw);
      if (!hit || !outward) return null;
      // A slope that one can walk up is no wall.
      if (Math.abs(outward[2]) > 0.75) return null;
      const towards = outward[0] * direction[0] + outward[1] * direction[1] > 0 ? -1 : 1;
      const level = Math.hypot(outward[0], outward[1]) || 1;
      return { distance_m: hit.distance_m, outward: [(outward[0] / level) * towards, (outward[1] / level) * towards] };
    },
    below: (from, far_m) => this.#tilesets.solid(from, [0, 0, -1], far_m)?.point[2] ?? null,
  };
}

const isBuilding = ({ shows, object }: Hit): boolean => shows === 'model' || (typeof object === 'string' && buildingById.peek().has(object));

function mix(a: Pose, b: Pose, t: number): Pose {
  return {
    eye: add(a.eye, scale(sub(b.eye, a.eye), t)),
    heading_rad: wrap(a.heading_rad + wrap(b.heading_rad - a.heading_rad) * t),
    pitch_rad: a.pitch_rad + (b.pitch_rad - a.pitch_rad) * t,
  };
}
