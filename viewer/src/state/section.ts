// A section through the models: one level plane, one upright plane.
//
// In: what the user set, and the box of what is cut. Out: half-spaces that stay. Pure.
import type { LocalBox, LocalPoint } from '../api/types';

export interface Section {
  /** Height of the level cut; what is above goes. */
  readonly level_m: number | null;
  /** The upright cut: what is nearer than `away_m` beyond the middle of the box goes, looking along `heading_deg`. */
  readonly upright: { readonly heading_deg: number; readonly away_m: number } | null;
}

export const UNCUT: Section = { level_m: null, upright: null };

/** What stays: points with `normal · p + constant ≥ 0`. */
export interface HalfSpace {
  readonly normal: readonly [number, number, number];
  readonly constant: number;
}

const DEG = Math.PI / 180;
/** A point on the cut is not cut away. */
const SLACK_M = 1e-4;

export const middleOf = ({ min, max }: LocalBox): LocalPoint => ({
  east_m: (min.east_m + max.east_m) / 2,
  north_m: (min.north_m + max.north_m) / 2,
  up_m: (min.up_m + max.up_m) / 2,
});

export function halfSpaces(section: Section, box: LocalBox): HalfSpace[] {
  const kept: HalfSpace[] = [];
  if (section.level_m !== null) kept.push({ normal: [0, 0, -1], constant: section.level_m });
  if (section.upright) {
    const [east, north] = [Math.sin(section.upright.heading_deg * DEG), Math.cos(section.upright.heading_deg * DEG)];
    const middle = middleOf(box);
    kept.push({ normal: [east, north, 0], constant: -(middle.east_m * east + middle.north_m * north) - section.upright.away_m });
  }
  return kept;
}

export const isCut = (kept: readonly HalfSpace[], [x, y, z]: readonly [number, number, number]): boolean =>
  kept.some(({ normal: [a, b, c], constant }) => a * x + b * y + c * z + constant < -SLACK_M);

/** How far an upright cut may be from the middle: to the farthest corner of the box. */
export function reach_m({ min, max }: LocalBox, heading_deg: number): number {
  const [east, north] = [Math.abs(Math.sin(heading_deg * DEG)), Math.abs(Math.cos(heading_deg * DEG))];
  return ((max.east_m - min.east_m) * east + (max.north_m - min.north_m) * north) / 2;
}

/** The box whose middle is nearest to a place on the map; the first if there is no place. */
export function nearest<T extends { readonly bounds: LocalBox }>(list: readonly T[], at: Pick<LocalPoint, 'east_m' | 'north_m'> | null): T | null {
  const away = ({ bounds }: T): number => {
    const middle = middleOf(bounds);
    return at ? Math.hypot(middle.east_m - at.east_m, middle.north_m - at.north_m) : 0;
  };
  return list.reduce<T | null>((best, one) => (best && away(best) <= away(one) ? best : one), null);
}

/** The direction of the model's walls that is nearest to a heading, if walls have one: they turn by quarters. */
export function squareTo(heading_deg: number, wall_deg: number | null): number {
  if (wall_deg === null) return Math.round(heading_deg);
  return wall_deg + Math.round((heading_deg - wall_deg) / 90) * 90;
}
