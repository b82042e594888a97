// Where the camera stands and how it moves, as plain numbers. No GPU, no engine.
//
// In: a pose and a gesture (metres, radians). Out: the next pose. Called by the camera controls and
// by the navigation layer. World axes as in georef: x east, y north, z up, metres.

/** A point or direction in the world. */
export type Vec = readonly [number, number, number];

/** The eye, and where it looks: heading clockwise from north, pitch below the horizon negative. */
export interface Pose {
  readonly eye: Vec;
  readonly heading_rad: number;
  readonly pitch_rad: number;
}

/** A pose by what it looks at. */
export interface Aim {
  readonly target: Vec;
  readonly distance_m: number;
  readonly heading_rad: number;
  readonly pitch_rad: number;
}

/** Straight down is left out by a hair, so that a heading always means something. */
export const MIN_PITCH = -Math.PI / 2 + 0.001;
/** Slightly up: enough to look at an eave from the street. */
export const MAX_PITCH = 0.25;

export const add = (a: Vec, b: Vec): Vec => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const sub = (a: Vec, b: Vec): Vec => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec, k: number): Vec => [a[0] * k, a[1] * k, a[2] * k];
export const dot = (a: Vec, b: Vec): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const length = (a: Vec): number => Math.hypot(...a);
export const distance = (a: Vec, b: Vec): number => length(sub(a, b));
export const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/** An angle brought into −π … π. */
export function wrap(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

export function forward(pose: { heading_rad: number; pitch_rad: number }): Vec {
  const c = Math.cos(pose.pitch_rad);
  return [Math.sin(pose.heading_rad) * c, Math.cos(pose.heading_rad) * c, Math.sin(pose.pitch_rad)];
}

export function right(pose: { heading_rad: number }): Vec {
  return [Math.cos(pose.heading_rad), -Math.sin(pose.heading_rad), 0];
}

export function fromAim(aim: Aim): Pose {
  const { heading_rad, pitch_rad } = aim;
  return { eye: sub(aim.target, scale(forward(aim), aim.distance_m)), heading_rad, pitch_rad };
}

export function toAim(pose: Pose, distance_m: number): Aim {
  const { heading_rad, pitch_rad } = pose;
  return { target: add(pose.eye, scale(forward(pose), distance_m)), distance_m, heading_rad, pitch_rad };
}

/** Rotates `v` by `angle` about the unit vector `axis` (Rodrigues). */
function rotate(v: Vec, axis: Vec, angle: number): Vec {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const cross: Vec = [
    axis[1] * v[2] - axis[2] * v[1],
    axis[2] * v[0] - axis[0] * v[2],
    axis[0] * v[1] - axis[1] * v[0],
  ];
  return add(add(scale(v, c), scale(cross, s)), scale(axis, dot(axis, v) * (1 - c)));
}

/** Turns about `pivot`, which keeps its place on the screen. */
export function orbit(pose: Pose, pivot: Vec, heading_rad: number, pitch_rad: number): Pose {
  const pitch = clamp(pose.pitch_rad + pitch_rad, MIN_PITCH, Math.max(MAX_PITCH, pose.pitch_rad));
  const level = rotate(sub(pose.eye, pivot), [0, 0, 1], -heading_rad);
  const heading = wrap(pose.heading_rad + heading_rad);
  const offset = rotate(level, right({ heading_rad: heading }), pitch - pose.pitch_rad);
  return { eye: add(pivot, offset), heading_rad: heading, pitch_rad: pitch };
}

/** Moves towards `pivot` (factor below 1) or away (above 1), never nearer than `min_m`. */
export function dolly(pose: Pose, pivot: Vec, factor: number, min_m: number, max_m: number): Pose {
  const offset = sub(pose.eye, pivot);
  const from = length(offset);
  if (from === 0) return pose;
  const to = factor < 1 ? Math.max(from * factor, Math.min(from, min_m)) : Math.min(from * factor, Math.max(from, max_m));
  return { ...pose, eye: add(pivot, scale(offset, to / from)) };
}

/** Where a ray from `eye` meets the level plane at height `up_m`; null if it does not, or beyond `max_m`. */
export function meetLevel(eye: Vec, ray: Vec, up_m: number, max_m: number): Vec | null {
  if (Math.abs(ray[2]) < 1e-6) return null;
  const t = (up_m - eye[2]) / ray[2];
  return t > 0 && t * length(ray) <= max_m ? add(eye, scale(ray, t)) : null;
}

/**
 * The aim that shows the box `min`–`max` whole and in the middle, seen along `heading_rad` and
 * `pitch_rad`. What is near looks larger, so that the middle of the picture is not the middle of the
 * box: the target moves until the picture's edges are even (a few steps settle it).
 */
export function frame(min: Vec, max: Vec, fov_rad: number, aspect: number, heading_rad: number, pitch_rad: number): Aim {
  const [f, r] = [forward({ heading_rad, pitch_rad }), right({ heading_rad })];
  const u: Vec = [r[1] * f[2] - r[2] * f[1], r[2] * f[0] - r[0] * f[2], r[0] * f[1] - r[1] * f[0]];
  const tanY = Math.tan(fov_rad / 2);
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c): Vec => [(c & 1 ? max : min)[0], (c & 2 ? max : min)[1], (c & 4 ? max : min)[2]]);
  let target = scale(add(min, max), 0.5);
  let distance_m = 1;
  for (let step = 0; step < 8; step++) {
    const seen = corners.map((p) => sub(p, target)).map((v) => ({ x: dot(v, r), y: dot(v, u), z: dot(v, f) }));
    distance_m = Math.max(1, ...seen.map(({ x, y, z }) => Math.max(Math.abs(x) / (tanY * aspect), Math.abs(y) / tanY) - z));
    const across = seen.map(({ x, z }) => x / (distance_m + z));
    const upward = seen.map(({ y, z }) => y / (distance_m + z));
    const middle = (list: number[]): number => ((Math.min(...list) + Math.max(...list)) / 2) * distance_m;
    target = add(target, add(scale(r, middle(across)), scale(u, middle(upward))));
  }
  return { target, distance_m: distance_m * 1.08, heading_rad, pitch_rad };
}

/** Slow at both ends. */
export const ease = (t: number): number => (t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2);

/** The aim `t` (0 … 1) of the way from `a` to `b`: heading the short way round, distance by ratio. */
export function between(a: Aim, b: Aim, t: number): Aim {
  const mix = (x: number, y: number): number => x + (y - x) * t;
  return {
    target: [mix(a.target[0], b.target[0]), mix(a.target[1], b.target[1]), mix(a.target[2], b.target[2])],
    distance_m: a.distance_m * (b.distance_m / a.distance_m) ** t,
    heading_rad: wrap(a.heading_rad + wrap(b.heading_rad - a.heading_rad) * t),
    pitch_rad: mix(a.pitch_rad, b.pitch_rad),
  };
}
