// Where an object of a check-up is in the model, as an address of the planner's page.
//
// In: an object. Out: an address. Pure. The camera stands south of it and looks at the whole of it.
import type { Language } from '../../i18n';
import type { ModelObject } from '../../api/types';
import { writeLink } from '../permalink';
import type { Selection } from '../selection';

const PITCH_DEG = -35;
/** So many times its greatest extent away, an object fills about half of the picture. */
const AWAY = 1.6;
const LEAST_AWAY_M = 40;

export function inModel(object: ModelObject, language: Language): string {
  const { min, max } = object.bounds;
  const extent_m = Math.max(max.east_m - min.east_m, max.north_m - min.north_m, max.up_m - min.up_m);
  const away_m = Math.max(LEAST_AWAY_M, AWAY * extent_m);
  const down = (-PITCH_DEG * Math.PI) / 180;
  const pose = {
    east_m: (min.east_m + max.east_m) / 2,
    north_m: (min.north_m + max.north_m) / 2 - away_m * Math.cos(down),
    up_m: (min.up_m + max.up_m) / 2 + away_m * Math.sin(down),
    heading_deg: 0,
    pitch_deg: PITCH_DEG,
  };
  return `./${writeLink({ pose, selection: selectionOf(object), language, parts: new Map() })}`;
}

/** Neighbourhoods and the community are looked at, but are nothing that is selected. */
function selectionOf(object: ModelObject): Selection | null {
  if (object.class !== 'building') return null;
  return { type: object.bim ? 'element' : 'building', id: object.id, spot: null };
}
