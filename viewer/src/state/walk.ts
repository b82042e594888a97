// Walking: one stands on the ground, is stopped by walls, and climbs low steps.
//
// In: where one wants to go, and what is around, by rays. Out: the next place of the feet. Pure but for
// its signals. Fetched when it is first wanted.
import { signal } from '@preact/signals-core';

export type Vec = readonly [number, number, number];

/** Height of the eyes of someone who stands. */
export const EYE_M = 1.65;
/** The highest step that is climbed. */
export const STEP_M = 0.6;
/** How near one comes to a wall. */
export const BODY_M = 0.45;
const PACE = { walk: 1.5, run: 4 };
/** How fast keys turn the head. */
const TURN_RAD_PER_S = 1.4;
/** A longer time between two drawings counts as this: nobody is carried through a wall by a slow frame. */
const LONGEST_S = 0.25;
const STRIDE_M = 0.2;
/** One who walks along a wall almost level with it is not stopped by it. */
const GRAZING = 0.3;
/** How fast feet come down, and how far they are looked after. */
const FALL_PER_S = 6;
const DEEP_M = 60;

/** Whether one walks. */
export const walking = signal(false);
/** Whether there is ground to stand on where one looks. */
export const groundMissing = signal(false);
export interface Intent {
  readonly right: number;
  readonly forward: number;
  readonly fast: boolean;
  /** To the right. */
  readonly turn?: number;
}
/** What is pressed: right, forward and turning, −1 … 1, and whether one hurries. */
export const intent = signal<Intent>({ right: 0, forward: 0, fast: false });

export interface Around {
  /** Distance to what a ray meets within so many metres, and the level direction its face looks in. */
  ahead(from: Vec, direction: Vec, far_m: number): { readonly distance_m: number; readonly outward: readonly [number, number] } | null;
  /** Height of what is below a point within so many metres. */
  below(from: Vec, far_m: number): number | null;
}

/** Heights at which a body would touch a wall: just above a step, and at the eyes. */
const TOUCH_M = [STEP_M + 0.05, 1.1, EYE_M];

/** How far one can go along a level direction, and along what one is stopped. */
function free(feet: Vec, [east, north]: readonly [number, number], want_m: number, around: Around): { go_m: number; wall: readonly [number, number] | null } {
  let [go_m, wall]: [number, readonly [number, number] | null] = [want_m, null];
  for (const height of TOUCH_M) {
    // In the middle and at both shoulders: posts are seen too.
    for (const side of [0, -0.22, 0.22]) {
      const from: Vec = [feet[0] - north * side, feet[1] + east * side, feet[2] + height];
      const met = around.ahead(from, [east, north, 0], want_m + BODY_M / GRAZING);
      if (!met) continue;
      // So far from the wall, measured across it, however aslant one comes.
      const open_m = met.distance_m - BODY_M / Math.max(GRAZING, Math.abs(east * met.outward[0] + north * met.outward[1]));
      if (open_m < go_m) [go_m, wall] = [Math.max(0, open_m), met.outward];
    }
  }
  return { go_m, wall };
}

/** One short stride; along a wall if one is in the way. */
function stride(feet: Vec, [east, north]: readonly [number, number], length_m: number, around: Around): Vec {
  if (length_m < 1e-6) return feet;
  const { go_m, wall } = free(feet, [east, north], length_m, around);
  let next: Vec = [feet[0] + east * go_m, feet[1] + north * go_m, feet[2]];
  if (wall) {
    const into = east * wall[0] + north * wall[1];
    const slide: readonly [number, number] = [east - wall[0] * into, north - wall[1] * into];
    const rest_m = Math.hypot(...slide) * (length_m - go_m);
    if (rest_m > 1e-4) {
      const along = [slide[0] / Math.hypot(...slide), slide[1] / Math.hypot(...slide)] as const;
      const on = free(next, along, rest_m, around).go_m;
      next = [next[0] + along[0] * on, next[1] + along[1] * on, next[2]];
    }
  }
  // From as high as one can climb; where nothing is below, one does not go.
  const ground = around.below([next[0], next[1], feet[2] + STEP_M], DEEP_M);
  return ground === null ? feet : [next[0], next[1], ground > feet[2] ? ground : feet[2]];
}

/** A wall that is nearer is all that one would see. */
const NEAR_M = 4;
/** As far as this the way is open, and in so many directions it is looked for. */
const OPEN_M = 12;
const DIRECTIONS = 16;

/** Where one looks who arrives: ahead, or, before a wall, the nearest direction to the side in which the way is open. */
export function openHeading(feet: Vec, heading_rad: number, around: Around): number {
  const eyes: Vec = [feet[0], feet[1], feet[2] + EYE_M];
  const free_m = (heading: number): number => around.ahead(eyes, [Math.sin(heading), Math.cos(heading), 0], OPEN_M)?.distance_m ?? OPEN_M;
  if (free_m(heading_rad) >= NEAR_M) return heading_rad;
  const turns = Array.from({ length: DIRECTIONS }, (_, i) => (i % 2 === 1 ? 1 : -1) * Math.ceil(i / 2) * ((2 * Math.PI) / DIRECTIONS));
  const seen = turns.map((turn) => ({ heading: heading_rad + turn, free_m: free_m(heading_rad + turn) }));
  return (seen.find((one) => one.free_m >= OPEN_M) ?? seen.reduce((best, one) => (one.free_m > best.free_m ? one : best))).heading;
}

/** Where one looks after some time. */
export const turned = (heading_rad: number, turn: number, passed_s: number): number => heading_rad + turn * TURN_RAD_PER_S * Math.min(passed_s, LONGEST_S);

/** Where the feet are after some time. `heading_rad` is clockwise from north. */
export function step(feet: Vec, wish: { readonly right: number; readonly forward: number; readonly fast: boolean }, heading_rad: number, passed_s: number, around: Around): Vec {
  const time_s = Math.min(passed_s, LONGEST_S);
  const push = Math.min(1, Math.hypot(wish.right, wish.forward));
  let now = feet;
  if (push > 0.05) {
    const turn = heading_rad + Math.atan2(wish.right, wish.forward);
    let left_m = push * (wish.fast ? PACE.run : PACE.walk) * time_s;
    while (left_m > 1e-6) {
      const length_m = Math.min(left_m, STRIDE_M);
      now = stride(now, [Math.sin(turn), Math.cos(turn)], length_m, around);
      left_m -= length_m;
    }
  }
  const ground = around.below([now[0], now[1], now[2] + STEP_M], DEEP_M);
  return ground === null ? now : [now[0], now[1], ground >= now[2] ? ground : Math.max(ground, now[2] - FALL_PER_S * time_s)];
}
