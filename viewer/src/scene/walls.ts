// The direction in which a building stands.
//
// In: loaded contents. Out: the heading of its walls, by quarters. Called by the model layer.
import type { Object3D } from 'three';
import { cross } from './edges';
import { sub } from './pose';
import { trianglesOf } from './triangles';

/** Enough to know; more is time lost. */
const MOST_TRIANGLES = 5000;
/** Share of the walls that must agree. */
const AGREED = 0.25;

/** Degrees from north, −45 … 45, that most of the walls' faces look along, give or take quarters; null if they do not agree. */
export function wallDirection(contents: readonly Object3D[]): number | null {
  const faces = contents.flatMap((scene) => trianglesOf(scene, null, MOST_TRIANGLES)).map(([a, b, c]) => cross(sub(b, a), sub(c, a)));
  return quarterDirection(faces.filter(([x, y, z]) => Math.abs(z) < 0.2 * Math.hypot(x, y)).map(([x, y]) => [x, y] as const));
}

/** Mean direction of vectors, each counted by its length, that disregards quarter turns: four times their angle is averaged. */
export function quarterDirection(faces: readonly (readonly [east: number, north: number])[]): number | null {
  let [sine, cosine, sum] = [0, 0, 0];
  for (const [east, north] of faces) {
    const weight = Math.hypot(east, north);
    const four = 4 * Math.atan2(east, north);
    sine += Math.sin(four) * weight;
    cosine += Math.cos(four) * weight;
    sum += weight;
  }
  if (sum === 0 || Math.hypot(sine, cosine) < AGREED * sum) return null;
  return (Math.atan2(sine, cosine) / 4 / Math.PI) * 180;
}
