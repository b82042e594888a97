// The tour of a wall that nobody has set up: the whole community, where alarms were, its zones, or its
// largest buildings where there are no zones.
//
// In: model and bounds. Out: stops in state/wall/stops. Nothing of it is stored.
import { effect } from '@preact/signals-core';
import type { LocalBox, ModelObject } from '../../api/types';
import { frame, fromAim, type Vec } from '../../scene/pose';
import { FOV_RAD, type Viewport } from '../../scene/viewport';
import { buildings, publication, zones } from '../../state/session';
import { ownTour, type Stop } from '../../state/wall/stops';
import { chooseScene } from '../../state/scenes';

const DEG = Math.PI / 180;
/** More would come round too seldom. */
const MOST_ZONES = 12;
const MOST_BUILDINGS = 6;
const TRAVEL_S = 5;
const DWELL_S = { whole: 30, part: 20 };
/** Looked at from the south-west and downwards, as maps are and as the sun lights most fronts. */
const LOOK = { heading_rad: 0.35, pitch_rad: -0.62 };

const vec = (p: LocalBox['min']): Vec => [p.east_m, p.north_m, p.up_m];

export function tourOf(whole: LocalBox, zoneList: readonly ModelObject[], buildingList: readonly ModelObject[], aspect: number): Stop[] {
  const look = ({ min, max }: LocalBox, away: number, turn_rad = 0): Stop['pose'] => {
    const aim = frame(vec(min), vec(max), FOV_RAD, aspect, LOOK.heading_rad + turn_rad, LOOK.pitch_rad);
    const { eye, heading_rad, pitch_rad } = fromAim({ ...aim, distance_m: aim.distance_m * away });
    return { east_m: eye[0], north_m: eye[1], up_m: eye[2], heading_deg: heading_rad / DEG, pitch_deg: pitch_rad / DEG };
  };
  const size = ({ bounds: { min, max } }: ModelObject): number => (max.east_m - min.east_m) * (max.north_m - min.north_m) * (max.up_m - min.up_m);
  const parts =
    zoneList.length > 1
      ? [...zoneList].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, MOST_ZONES)
      : [...buildingList].sort((a, b) => size(b) - size(a)).slice(0, MOST_BUILDINGS);
  const all: Stop['panels'] = ['figures', 'devices', 'trends', 'alarms', 'video'];
  const overview: Stop = { title: { zh: '社区全景', en: 'The whole community' }, pose: look(whole, 1.02), travel_s: TRAVEL_S, dwell_s: DWELL_S.whole, panels: all, heat: false };
  return [
    overview,
    ...parts.map((part, i): Stop => ({
      title: part.name ?? { zh: part.id, en: part.id },
      // From another side each time, so that every front is seen once.
      pose: look(part.bounds, 1.15, ((i % 4) - 1.5) * 0.5),
      travel_s: TRAVEL_S,
      dwell_s: DWELL_S.part,
      panels: all,
      heat: false,
    })),
    { ...overview, title: { zh: '近期告警分布', en: 'Where alarms were' }, dwell_s: DWELL_S.part, heat: true },
  ];
}

export const startOwnTour = (viewport: Viewport): (() => void) =>
  effect(() => {
    const scene = publication.value ? chooseScene(publication.value.catalog, false) : null;
    ownTour.value = scene ? tourOf(scene.bounds, zones.value, buildings.value, viewport.width / viewport.height) : [];
  });
