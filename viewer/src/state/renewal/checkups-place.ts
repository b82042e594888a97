// Where an object of a check-up is in the model, as an address of the planner's page.
//
// In: an object. Out: an address, as `permalink` reads it; that itself is part of what the planner begins with, and stays
// there. Pure. The camera stands south of it and looks at the whole of it.
import type { Language } from '../../i18n/words';
import type { ModelObject } from '../../api/types';

const PITCH_DEG = -35;
/** So many times its greatest extent away, an object fills about half of the picture. */
const AWAY = 1.6;
const LEAST_AWAY_M = 40;

export function inModel(object: ModelObject, language: Language): string {
  const { min, max } = object.bounds;
  const extent_m = Math.max(max.east_m - min.east_m, max.north_m - min.north_m, max.up_m - min.up_m);
  const away_m = Math.max(LEAST_AWAY_M, AWAY * extent_m);
  const down = (-PITCH_DEG * Math.PI) / 180;
  const east_m = (min.east_m + max.east_m) / 2;
  const north_m = (min.north_m + max.north_m) / 2 - away_m * Math.cos(down);
  const up_m = (min.up_m + max.up_m) / 2 + away_m * Math.sin(down);
  const pose = [east_m, north_m, up_m].map((metres) => Number(metres.toFixed(2)));
  return `./#v=${pose.join(',')},0,${PITCH_DEG}${selected(object)}&l=${language}`;
}

/** Neighbourhoods and the community are looked at, but are nothing that is selected. */
function selected({ class: of, id, bim }: ModelObject): string {
  if (of !== 'building') return '';
  return `&s=${encodeURIComponent(bim ? `element/${id}` : id).replaceAll('%2F', '/')}`;
}
