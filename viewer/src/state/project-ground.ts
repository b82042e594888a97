// On which ground a project stands. In: its box, buildings. Out: its box at the height of the place. Pure.
//
// Lines and areas are drawn on a map and have no height, while the ground of a community may lie anywhere above the sea:
// what is flat is put on the ground of the nearest building.
import type { LocalBox, LocalPoint, ModelObject } from '../api/types';
import { buildingAt, footOf } from './footprint';

export function onGround(box: LocalBox | null | undefined, buildings: readonly Pick<ModelObject, 'bounds'>[]): LocalBox | null {
  const foot = footOf(box);
  if (!box || !foot || box.min.up_m !== 0 || box.max.up_m !== 0) return box ?? null;
  const away = ({ bounds }: Pick<ModelObject, 'bounds'>): number => {
    const { east_m, north_m } = footOf(bounds) ?? foot;
    return Math.hypot(east_m - foot.east_m, north_m - foot.north_m);
  };
  const nearest = buildings.reduce<Pick<ModelObject, 'bounds'> | null>((best, one) => (best && away(best) <= away(one) ? best : one), null);
  const up_m = nearest?.bounds.min.up_m ?? 0;
  return { min: { ...box.min, up_m }, max: { ...box.max, up_m } };
}

/** Where its symbol stands: in the middle of its places, on the roof of what stands there, for within it nobody would see it. */
export function standOf(box: LocalBox | null | undefined, buildings: readonly ModelObject[]): LocalPoint | null {
  const foot = footOf(onGround(box, buildings));
  const under = foot && buildingAt(buildings, foot.east_m, foot.north_m);
  return foot && under ? { ...foot, up_m: under.bounds.max.up_m } : foot;
}
