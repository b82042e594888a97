// What stands in the scene of the first page: reports that somebody waits for, and projects of renewal.
//
// In: what the server told of them. Out: where each stands and which page tells more.
import { computed } from '@preact/signals-core';
import type { ProjectSummary } from '../api/projects';
import type { Report } from '../api/reports';
import type { LocalPoint } from '../api/types';
import { named } from '../i18n/format';
import { language } from '../state/preferences';
import { projects } from '../state/resident/projects';
import { everyones, kinds, mine } from '../state/resident/reports';
import type { Route } from '../state/resident/route';
import { kindName } from './words';

export interface Mark {
  readonly id: string;
  readonly at: LocalPoint;
  readonly icon: string;
  readonly name: string;
  readonly to: Route & { readonly page: 'report' | 'project' };
  /** Where marks crowd, the highest stands for the others. */
  readonly rank: number;
}

/** Reports that nobody waits for any more are left to the lists. */
const OVER = new Set<Report['state']>(['closed', 'declined', 'withdrawn', 'merged']);
const RANK = { report: 0, project: 1, own: 2 };

export const marks = computed<readonly Mark[]>(() => {
  const own = new Set(mine.value?.map(({ id }) => id));
  const reports = new Map([...(everyones.value ?? []), ...(mine.value ?? [])].map((report) => [report.id, report]));
  return [...[...reports.values()].flatMap((report) => ofReport(report, own.has(report.id))), ...(projects.value ?? []).flatMap(ofProject)];
});

function ofReport({ id, state, kind, text, place }: Report, own: boolean): readonly Mark[] {
  if (!place.position || OVER.has(state)) return [];
  const icon = kinds.value?.get(kind)?.icon ?? 'circle-dot';
  return [{ id: `report/${id}`, at: place.position, icon, name: `${kindName(kind)}: ${text}`, to: { page: 'report', id }, rank: own ? RANK.own : RANK.report }];
}

/** In the middle of its places, on their ground. */
function ofProject({ id, name, bounds }: ProjectSummary): readonly Mark[] {
  if (!bounds) return [];
  const { min, max } = bounds;
  const at = { east_m: (min.east_m + max.east_m) / 2, north_m: (min.north_m + max.north_m) / 2, up_m: min.up_m };
  return [{ id: `project/${id}`, at, icon: 'construction', name: named(name, language.value, `#${id}`), to: { page: 'project', id }, rank: RANK.project }];
}
