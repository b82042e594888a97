// The camera of a wall: it follows the tour, visits alarms, and stands by an emergency.
//
// In: the tour's phase. Out: poses of the navigation, which stays in charge of ground and picture; so
// anyone may take the camera by hand at any time.
import { effect } from '@preact/signals-core';
import type { DisplayPose } from '../../api/displays';
import type { LocalBox } from '../../api/types';
import { between, distance, ease, forward, fromAim, meetLevel, toAim, type Aim, type Pose, type Vec } from '../../scene/pose';
import type { Part, Viewport } from '../../scene/viewport';
import { alarms } from '../../state/alarms';
import { publication } from '../../state/session';
import { reducedMotion } from '../../state/settings';
import { command, pose as standing, type ViewPose } from '../../state/view';
import { emergency } from '../../state/wall/displays';
import { lookAt } from '../../state/wall/look';
import { stops } from '../../state/wall/stops';
import { phase } from '../../state/wall/touring';
import type { Navigation } from '../navigation';
import { chooseScene } from '../../state/scenes';

const DEG = Math.PI / 180;
const HELD_MS = 900;
/** A path bends upwards by this share of its length, so that it clears the roofs between. */
const ARC = 0.12;

const poseOf = (p: DisplayPose): Pose => ({ eye: [p.east_m, p.north_m, p.up_m], heading_rad: p.heading_deg * DEG, pitch_rad: p.pitch_deg * DEG });
const viewOf = ({ eye, heading_rad, pitch_rad }: Pose): ViewPose => ({ east_m: eye[0], north_m: eye[1], up_m: eye[2], heading_deg: heading_rad / DEG, pitch_deg: pitch_rad / DEG });

interface Journey {
  readonly from: Aim;
  readonly to: Aim;
  readonly arc_m: number;
  readonly start_ms: number;
  readonly length_ms: number;
}

export class WallCamera implements Part {
  readonly #viewport: Viewport;
  readonly #navigation: Navigation;
  readonly #undo: (() => void)[] = [];
  #journey: Journey | null = null;

  constructor(viewport: Viewport, navigation: Navigation) {
    [this.#viewport, this.#navigation] = [viewport, navigation];
    this.#undo.push(
      // Before the navigation, which draws what it is told here.
      viewport.add(this, { first: true }),
      effect(() => this.#follow()),
      effect(() => {
        if (lookAt.value) this.#travel(lookAt.value, HELD_MS);
      }),
    );
  }

  get moving(): boolean {
    return this.#journey !== null;
  }

  beforeDraw(now_ms: number): boolean {
    const journey = this.#journey;
    if (!journey) return false;
    const t = Math.min(Math.max((now_ms - journey.start_ms) / journey.length_ms, 0), 1);
    const { eye, ...rest } = fromAim(between(journey.from, journey.to, ease(t)));
    const [east, north, up] = eye;
    this.#navigation.jump(viewOf({ ...rest, eye: [east, north, up + journey.arc_m * Math.sin(Math.PI * ease(t))] }));
    if (t === 1) this.#journey = null;
    return this.#journey !== null;
  }

  dispose(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  #follow(): void {
    const now = phase.value;
    switch (now.at) {
      case 'travel': {
        const stop = stops.peek()[now.stop];
        if (stop) this.#travel(stop.pose, now.until_ms - Date.now());
        break;
      }
      case 'visit': {
        this.#journey = null;
        const alarm = alarms.peek().get(now.alarm);
        if (alarm) command({ do: 'point', at: alarm.position });
        break;
      }
      case 'held': {
        const plan = emergency.peek()?.plan;
        if (plan?.pose) this.#travel(plan.pose, HELD_MS);
        else if (plan?.area?.length) {
          this.#journey = null;
          command({ do: 'box', box: this.#boxAround(plan.area), away: 1.15 });
        }
        break;
      }
      case 'paused':
        this.#journey = null;
        break;
      case 'dwell':
        // Where it arrived; a wall that was loaded in the middle of it stands there at once.
        break;
    }
  }

  #travel(goal: DisplayPose, length_ms: number): void {
    const to = poseOf(goal);
    const here = standing.peek();
    const scene = publication.peek();
    const bounds = scene ? chooseScene(scene.catalog, false)?.bounds : null;
    if (!here || length_ms < 50 || reducedMotion.peek() || document.hidden) {
      this.#journey = null;
      this.#navigation.jump(goal);
      return;
    }
    const from = poseOf(here);
    const level = bounds?.min.up_m ?? 0;
    const reach = bounds ? 4 * distance(corner(bounds.min), corner(bounds.max)) : 5000;
    const ahead = (pose: Pose): Aim => {
      const at = meetLevel(pose.eye, forward(pose), level, reach);
      return toAim(pose, at ? distance(pose.eye, at) : 100);
    };
    const way = distance(from.eye, to.eye);
    // From one bird's eye view to another there is nothing in the way.
    const low = Math.min(from.eye[2], to.eye[2]) < (bounds?.max.up_m ?? 0) + 20;
    this.#journey = { from: ahead(from), to: ahead(to), arc_m: low ? way * ARC : 0, start_ms: performance.now(), length_ms };
    this.#viewport.invalidate();
  }

  #boxAround(area: readonly (readonly [number, number])[]): LocalBox {
    const scene = publication.peek();
    const bounds = scene ? chooseScene(scene.catalog, false)?.bounds : null;
    const [east, north] = [area.map(([e]) => e), area.map(([, n]) => n)];
    const up_m = bounds?.min.up_m ?? 0;
    return {
      min: { east_m: Math.min(...east), north_m: Math.min(...north), up_m },
      max: { east_m: Math.max(...east), north_m: Math.max(...north), up_m: up_m + 15 },
    };
  }
}

const corner = (p: { east_m: number; north_m: number; up_m: number }): Vec => [p.east_m, p.north_m, p.up_m];
