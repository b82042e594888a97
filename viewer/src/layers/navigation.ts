// The camera: gestures, commands, flights, and what of it others may know.
//
// In: gestures on the canvas, commands of state/view, the permalink's pose. Out: the viewport's
// camera, and pose, heading and scale in state/view.
import { batch, effect, type ReadonlySignal } from '@preact/signals-core';
import type { LocalBox, LocalPoint } from '../api/types';
import { control, type Mover } from '../scene/controls';
import {
  between, clamp, distance, dolly, ease, forward, frame, fromAim, meetLevel, orbit, right, add, scale, sub, toAim, wrap,
  type Aim, type Pose, type Vec,
} from '../scene/pose';
import { FOV_RAD, type Margins, type Part, type Viewport } from '../scene/viewport';
import { goToSelection, onPhone } from '../state/actions';
import { isSurveyed } from '../state/models';
import { selectedPoint } from '../state/selection';
import type { Publication } from '../state/session';
import { hintSeen, reducedMotion } from '../state/settings';
import { cover, heading_deg, metresPerPixel, onCommand, pose as statePose, type Command, type ViewPose } from '../state/view';
import type { Pointing } from './claims';
import { asScreen, type Choose } from './photogrammetry';
import type { Tilesets } from './tilesets';

const FLIGHT_MS = 800;
/** The first view: from the south, a little from the west, 25° to 40° down. */
const FIRST = { heading_rad: 0.3, pitches_rad: [-0.43, -0.5, -0.57, -0.64, -0.7] };
/** Distance and angle from which a point is looked at: steep enough to see over the next roof. */
const POINT_DISTANCE_M = 60;
const POINT_PITCH = -0.72;
/** Nearest to a pivot, and lowest above the ground. */
const NEAREST_M = 3;
const CLEARANCE_M = 2;
/** A drag across this many pixels turns by one radian, as in the controls. */
const LOOK_PX = 220;
/** Time in which two thirds of a wheel step are done. */
const WHEEL_MS = 70;

const DEG = Math.PI / 180;
const vec = (p: LocalPoint): Vec => [p.east_m, p.north_m, p.up_m];

interface Flight {
  readonly from: Aim;
  readonly to: Aim;
  /** Where the middle of the picture was: it moves to amid what is not covered. */
  readonly margins: Margins;
  readonly start_ms: number;
}

/** Part of the way from one set of margins to another. */
function mixMargins(a: Margins, b: Margins, t: number): Margins {
  const mix = (x: number, y: number): number => x + (y - x) * t;
  return { left: mix(a.left, b.left), right: mix(a.right, b.right), top: mix(a.top, b.top), bottom: mix(a.bottom, b.bottom) };
}

/** What the camera begins with: a scene, and the air around it, CSS pixels. */
export interface FirstView {
  readonly choose: Choose;
  readonly air: () => Margins;
}

/** Symbols stand above what they mark, and the instruments lie on the right. */
const AMONG_INSTRUMENTS: FirstView = { choose: asScreen, air: () => ({ left: 16, right: onPhone() ? 64 : 16, top: 48, bottom: 16 }) };

/** Who moves the camera in place of gestures and flights, such as someone who walks. */
export interface Guide {
  /** The next pose; asked before each drawing. `again` asks to be drawn again. */
  step(pose: Pose, now_ms: number): { readonly pose: Pose; readonly again: boolean };
  /** Drags: by pixels since the last. */
  look(right_px: number, down_px: number): void;
  /** The camera is wanted elsewhere. */
  leave(): void;
}

export class Navigation implements Part, Mover {
  /** While there is one, gestures are its own. */
  guide: Guide | null = null;
  #held: { x: number; y: number } | null = null;
  readonly #viewport: Viewport;
  readonly #tilesets: Tilesets;
  readonly #pointing: Pointing;
  readonly #view: FirstView;
  readonly #undo: (() => void)[] = [];
  #pose: Pose = { eye: [0, -300, 200], heading_rad: 0, pitch_rad: -0.6 };
  #bounds: LocalBox | null = null;
  /** Whether building models are all there is. */
  #alone = false;
  /** Whether a pose has been chosen, by link, by default or by hand. */
  #posed = false;
  /** Whether the user, or a link, chose the pose: then a new publication leaves it alone. */
  #chosen = false;
  #pivot: Vec | null = null;
  #flight: Flight | null = null;
  #wheel: { pivot: Vec; log: number; time_ms: number } | null = null;
  #ground = { east: Infinity, north: Infinity, up: 0 };
  #published_ms = 0;

  constructor(
    viewport: Viewport,
    tilesets: Tilesets,
    pointing: Pointing,
    publication: ReadonlySignal<Publication | null>,
    linked: ViewPose | null,
    view: FirstView = AMONG_INSTRUMENTS,
  ) {
    [this.#viewport, this.#tilesets, this.#pointing, this.#view] = [viewport, tilesets, pointing, view];
    if (linked) this.jump(linked);
    this.#undo.push(
      control(viewport.canvas, this),
      onCommand((command) => this.#obey(command)),
      effect(() => this.#covered(cover.value)),
      effect(() => this.#open(publication.value)),
      viewport.add(this, { first: true }),
    );
  }

  get tap(): Mover['tap'] {
    return this.#pointing.tap;
  }
  get hover(): Mover['hover'] {
    return this.#pointing.hover;
  }
  get leave(): Mover['leave'] {
    return this.#pointing.leave;
  }

  /** Whether the camera is on its way. */
  get moving(): boolean {
    return this.#flight !== null || this.#wheel !== null;
  }

  beforeDraw(now_ms: number): boolean {
    const led = this.guide?.step(this.#pose, now_ms);
    if (led) {
      this.#pose = led.pose;
      this.#viewport.place(led.pose, 1);
      this.#report(now_ms);
      return led.again;
    }
    const before = this.#pose;
    this.#fly(now_ms);
    this.#roll(now_ms);
    if (this.#pose !== before || this.#ground.east === Infinity) this.#pose = this.#aboveGround(this.#pose);
    this.#viewport.place(this.#pose, Math.max(1, this.#pose.eye[2] - this.#ground.up));
    this.#report(now_ms);
    return this.moving;
  }

  /** Stands at a pose at once. */
  jump(to: ViewPose): void {
    this.guide?.leave();
    this.#pose = { eye: [to.east_m, to.north_m, to.up_m], heading_rad: to.heading_deg * DEG, pitch_rad: to.pitch_deg * DEG };
    this.#posed = this.#chosen = true;
    this.#flight = null;
    this.#viewport.invalidate();
  }

  // What gestures do (Mover).

  grab(x: number, y: number): void {
    this.#held = { x, y };
    if (this.guide) return;
    this.#interrupt();
    this.#pivot = this.#under(x, y);
  }

  pan(x: number, y: number): void {
    const held = this.#held;
    this.#held = { x, y };
    if (this.guide && held) this.guide.look(x - held.x, y - held.y);
    const pivot = this.#pivot;
    if (!pivot || this.guide) return;
    const at = meetLevel(this.#pose.eye, this.#viewport.ray(x, y), pivot[2], 6 * distance(this.#pose.eye, pivot));
    if (!at) return;
    const step = sub(pivot, at);
    this.#move({ ...this.#pose, eye: add(this.#pose.eye, [step[0], step[1], 0]) });
    // The ray of the next event must start from here, even if no frame lies between.
    this.#viewport.place(this.#pose, Math.max(1, this.#pose.eye[2] - this.#ground.up));
  }

  turn(heading_rad: number, pitch_rad: number): void {
    if (this.guide) this.guide.look(heading_rad * LOOK_PX, -pitch_rad * LOOK_PX);
    else if (this.#pivot) this.#move(orbit(this.#pose, this.#pivot, heading_rad, pitch_rad));
  }

  zoom(factor: number): void {
    if (this.#pivot && !this.guide) this.#move(dolly(this.#pose, this.#pivot, factor, NEAREST_M, this.#farthest));
  }

  wheel(x: number, y: number, factor: number): void {
    if (this.guide) return;
    this.#pointing.leave();
    this.#flight = null;
    this.#chose();
    if (reducedMotion.peek()) {
      this.#pivot = this.#under(x, y);
      this.zoom(factor);
      return;
    }
    const log = (this.#wheel?.log ?? 0) + Math.log(factor);
    this.#wheel = { pivot: this.#wheel?.pivot ?? this.#under(x, y), log, time_ms: this.#wheel?.time_ms ?? performance.now() };
    this.#viewport.invalidate();
  }

  release(): void {
    this.#pivot = null;
  }

  doubleTap(x: number, y: number): void {
    const taken = this.#pointing.doubleTap;
    if (taken) {
      taken(x, y);
      return;
    }
    const target = this.#under(x, y);
    const away = clamp(distance(this.#pose.eye, target) * 0.45, 25, this.#farthest);
    this.flyTo({ target, distance_m: away, heading_rad: this.#pose.heading_rad, pitch_rad: Math.min(this.#pose.pitch_rad, -0.3) });
  }

  /** Where the camera stands. */
  get pose(): Pose {
    return this.#pose;
  }

  /** Moves to an aim in less than a second; any gesture interrupts. */
  flyTo(to: Aim): void {
    this.#chose();
    this.#wheel = null;
    if (reducedMotion.peek() || !this.#posed) {
      this.#flight = null;
      this.#viewport.margins = cover.peek();
      this.#move(fromAim(to));
      return;
    }
    // Both ends at the same height of target: the path neither dives nor climbs without need.
    const ahead = meetLevel(this.#pose.eye, forward(this.#pose), to.target[2], this.#farthest);
    const from = toAim(this.#pose, ahead ? distance(this.#pose.eye, ahead) : distance(this.#pose.eye, to.target));
    this.#flight = { from, to, margins: this.#viewport.margins, start_ms: performance.now() };
    this.#viewport.invalidate();
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #open(publication: Publication | null): void {
    const scene = publication ? this.#view.choose(publication.catalog) : null;
    if (!publication || !scene) return;
    this.#bounds = scene.bounds;
    this.#alone = !isSurveyed(publication.catalog);
    this.#ground = { east: Infinity, north: Infinity, up: scene.bounds.min.up_m };
    if (!this.#chosen) {
      this.#viewport.margins = cover.peek();
      this.#pose = fromAim(this.#home());
      this.#posed = true;
    }
    this.#viewport.invalidate();
  }

  /**
   * Paper that opens does not move the picture: only the next flight centres on what is left. Before
   * the user has moved, the first view is fitted anew; and what is selected comes out from under it.
   */
  #covered(margins: Margins): void {
    if (!this.#chosen) {
      this.#viewport.margins = margins;
      if (this.#bounds) this.#pose = fromAim(this.#home());
      return;
    }
    const target = selectedPoint.peek();
    const at = target && !this.#flight ? this.#viewport.project(vec(target)) : null;
    if (!target || !at) return;
    const { width, height } = this.#viewport;
    const hidden = at.x < margins.left || at.x > width - margins.right || at.y < margins.top || at.y > height - margins.bottom;
    if (hidden) this.flyTo({ ...toAim(this.#pose, distance(this.#pose.eye, vec(target))), target: vec(target) });
  }

  #obey(command: Command): void {
    this.guide?.leave();
    const { heading_rad, pitch_rad } = this.#pose;
    switch (command.do) {
      case 'home':
        if (this.#bounds) this.flyTo(this.#home());
        break;
      case 'pose': {
        const { east_m, north_m, up_m } = command.pose;
        const to: Pose = { eye: [east_m, north_m, up_m], heading_rad: command.pose.heading_deg * DEG, pitch_rad: command.pose.pitch_deg * DEG };
        const ahead = meetLevel(to.eye, forward(to), this.#ground.up, this.#farthest);
        this.flyTo(toAim(to, ahead ? Math.max(distance(to.eye, ahead), NEAREST_M) : POINT_DISTANCE_M));
        break;
      }
      case 'north':
        this.#turnTo(0);
        break;
      case 'selected':
        goToSelection();
        break;
      case 'turn':
        this.#turnTo(wrap((this.#flight?.to.heading_rad ?? heading_rad) + command.heading_deg * DEG));
        break;
      case 'zoom': {
        const aim = this.#centre();
        this.flyTo({ ...aim, distance_m: clamp(aim.distance_m * command.factor, NEAREST_M, this.#farthest) });
        break;
      }
      case 'pan': {
        const aim = this.#centre();
        const reach = aim.distance_m * 2 * Math.tan(FOV_RAD / 2);
        const ahead: Vec = [Math.sin(aim.heading_rad), Math.cos(aim.heading_rad), 0];
        const step = add(scale(right(aim), command.right * reach), scale(ahead, command.forward * reach));
        this.flyTo({ ...aim, target: add(aim.target, step) });
        break;
      }
      case 'point': {
        const distance_m = clamp(this.#centre().distance_m, 30, POINT_DISTANCE_M);
        this.flyTo({ target: vec(command.at), distance_m, heading_rad, pitch_rad: clamp(pitch_rad, -1.2, POINT_PITCH) });
        break;
      }
      case 'box': {
        const aim = this.#framed(command.box, heading_rad, clamp(pitch_rad, -1.1, -0.7));
        this.flyTo({ ...aim, distance_m: Math.max(aim.distance_m * (command.away ?? 1.5), command.away ? 10 : 30) });
        break;
      }
    }
  }

  #home(): Aim {
    const box = this.#bounds;
    if (!box) return toAim(this.#pose, 100);
    const [{ left, right: east, top, bottom }, air] = [cover.peek(), this.#view.air()];
    const margins = { left: left + air.left, right: east + air.right, top: top + air.top, bottom: bottom + air.bottom };
    // Towers seldom stand at the corners of a survey: half the height is what the corners need.
    const low = this.#alone ? box : { min: box.min, max: { ...box.max, up_m: (box.min.up_m + box.max.up_m) / 2 } };
    const aims = FIRST.pitches_rad.map((pitch) => this.#framed(low, FIRST.heading_rad, pitch, margins));
    // As steep as the picture has room for: streets are seen between the houses.
    const flat = aims[0]?.distance_m ?? 0;
    return aims.findLast(({ distance_m }) => distance_m <= flat * 1.03) ?? toAim(this.#pose, 100);
  }

  #framed(box: LocalBox, heading_rad: number, pitch_rad: number, margins: Margins = cover.peek()): Aim {
    const { aspect, share } = this.#viewport.free(margins);
    const fov = 2 * Math.atan(Math.tan(FOV_RAD / 2) * share);
    return frame(vec(box.min), vec(box.max), fov, aspect, heading_rad, pitch_rad);
  }

  /** Turns about what is in the middle. Quick presses add up: `#centre` is where a flight will end. */
  #turnTo(heading_rad: number): void {
    this.flyTo({ ...this.#centre(), heading_rad });
  }

  /** What the middle of the free picture looks at. */
  #centre(): Aim {
    if (this.#flight) return this.#flight.to;
    const ray = forward(this.#pose);
    const hit = this.#tilesets.hit(this.#pose.eye, ray)?.point ?? meetLevel(this.#pose.eye, ray, this.#ground.up, this.#farthest);
    return toAim(this.#pose, hit ? Math.max(distance(this.#pose.eye, hit), NEAREST_M) : POINT_DISTANCE_M);
  }

  /** What is under a place on the canvas: what tiles show, else the level of the ground, else something ahead. */
  #under(x: number, y: number): Vec {
    const { eye } = this.#pose;
    const ray = this.#viewport.ray(x, y);
    const level = this.#ground.up;
    return this.#tilesets.hit(eye, ray)?.point ?? meetLevel(eye, ray, level, this.#farthest) ?? add(eye, scale(ray, Math.max(50, eye[2] - level)));
  }

  get #farthest(): number {
    if (!this.#bounds) return 5000;
    return 4 * distance(vec(this.#bounds.min), vec(this.#bounds.max)) + 200;
  }

  #move(pose: Pose): void {
    this.#pose = pose;
    this.#posed = true;
    this.#viewport.invalidate();
  }

  #chose(): void {
    this.#chosen = true;
    hintSeen.value = true;
  }

  #interrupt(): void {
    this.#flight = null;
    this.#wheel = null;
    this.#chose();
  }

  #fly(now_ms: number): void {
    const flight = this.#flight;
    if (!flight) return;
    const t = clamp((now_ms - flight.start_ms) / FLIGHT_MS, 0, 1);
    this.#pose = fromAim(between(flight.from, flight.to, ease(t)));
    this.#viewport.margins = mixMargins(flight.margins, cover.peek(), ease(t));
    if (t === 1) this.#flight = null;
  }

  #roll(now_ms: number): void {
    const wheel = this.#wheel;
    if (!wheel) return;
    const passed_ms = Math.max(now_ms - wheel.time_ms, 8);
    const rest = Math.abs(wheel.log) < 0.002;
    const step = rest ? wheel.log : wheel.log * (1 - Math.exp(-passed_ms / WHEEL_MS));
    this.#pose = dolly(this.#pose, wheel.pivot, Math.exp(step), NEAREST_M, this.#farthest);
    this.#wheel = rest ? null : { ...wheel, log: wheel.log - step, time_ms: now_ms };
  }

  /** Lifts a pose that would be in or under the ground. Far above everything nothing is asked. */
  #aboveGround(pose: Pose): Pose {
    const [east, north, up] = pose.eye;
    const top = this.#bounds?.max.up_m ?? 0;
    if (up > top + CLEARANCE_M) {
      this.#ground.up = this.#bounds?.min.up_m ?? 0;
      return pose;
    }
    if (Math.hypot(east - this.#ground.east, north - this.#ground.north) > 0.5) {
      const below = this.#tilesets.hit([east, north, top + 50], [0, 0, -1], 'survey')?.point;
      this.#ground = { east, north, up: below?.[2] ?? this.#bounds?.min.up_m ?? 0 };
    }
    // A roof overhead is no ground: only what lies below the eye, or buries it, counts.
    const floor = this.#ground.up + CLEARANCE_M;
    return up < floor ? { ...pose, eye: [east, north, floor] } : pose;
  }

  #report(now_ms: number): void {
    const centre = this.#flight ? between(this.#flight.from, this.#flight.to, 0.5) : null;
    const { eye, heading_rad, pitch_rad } = this.#pose;
    const level = this.#ground.up;
    const ahead = meetLevel(eye, forward(this.#pose), level, this.#farthest);
    const away = centre?.distance_m ?? (ahead ? distance(eye, ahead) : Math.max(20, eye[2] - level));
    batch(() => {
      heading_deg.value = Math.round(((heading_rad / DEG) % 360 + 360) % 360) % 360;
      metresPerPixel.value = (away * 2 * Math.tan(FOV_RAD / 2)) / this.#viewport.height;
      if (this.moving && now_ms - this.#published_ms < 250) return;
      this.#published_ms = now_ms;
      if (!this.#chosen) return;
      const next: ViewPose = { east_m: eye[0], north_m: eye[1], up_m: eye[2], heading_deg: heading_rad / DEG, pitch_deg: pitch_rad / DEG };
      const now = statePose.peek();
      if (!now || (Object.keys(next) as (keyof ViewPose)[]).some((key) => Math.abs(next[key] - now[key]) > 1e-3)) statePose.value = next;
    });
  }
}
