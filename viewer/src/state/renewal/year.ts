// What the report of a year reckons: what was finished, evaluated and found in it, and how residents' reports were answered.
//
// In: projects, figures, the year. Out: rows. Pure. Years and days are those of the community.
import type { Project } from '../../api/projects';
import type { ReportFigures } from '../../api/report-figures';
import { beginOf, dayOf } from './checkups-days';

/** The year of the community on which an instant falls. */
export const yearOf = (instant: string): number => Number(dayOf(instant).slice(0, 4));

const isIn = (instant: string | null | undefined, year: number): boolean => typeof instant === 'string' && yearOf(instant) === year;

/** From when to when a year is counted; one that is not over is counted until now. */
export function spanOf(year: number, now: Date): { readonly from: Date; readonly to: Date } {
  const end = new Date(beginOf(`${year + 1}-01-01`));
  return { from: new Date(beginOf(`${year}-01-01`)), to: end < now ? end : now };
}

/** Projects that something happened to in a year, the first of it first. */
function happened(projects: readonly Project[], year: number, when: (project: Project) => string | null | undefined): Project[] {
  const at = (project: Project): number => Date.parse(when(project) ?? '');
  return projects.filter((project) => isIn(when(project), year)).sort((a, b) => at(a) - at(b));
}

export const finishedIn = (projects: readonly Project[], year: number): Project[] => happened(projects, year, (project) => project.completed_at);

export const enteredIn = (projects: readonly Project[], year: number): Project[] => happened(projects, year, (project) => project.approved_at);

type Evaluation = NonNullable<Project['evaluations']>[number];
type Finding = NonNullable<Evaluation['findings']>[number];

export interface Evaluated {
  readonly project: Project;
  readonly evaluation: Evaluation;
}

export function evaluatedIn(projects: readonly Project[], year: number): Evaluated[] {
  const all = projects.flatMap((project) => (project.evaluations ?? []).map((evaluation) => ({ project, evaluation })));
  return all.filter(({ evaluation }) => isIn(evaluation.at, year)).sort((a, b) => Date.parse(a.evaluation.at) - Date.parse(b.evaluation.at));
}

/** How a finding stands: a later evaluation found it mended, it is over its limit, or there is time. */
export type Standing = 'mended' | 'overdue' | 'open';

export interface Found {
  readonly project: Project;
  readonly finding: Finding;
  readonly foundAt: string;
  readonly standing: Standing;
}

/** What was found in a year, and what was found before and not mended when the year began; what is most overdue comes first. */
export function findingsOf(projects: readonly Project[], year: number, now: Date): Found[] {
  const today = dayOf(now.toISOString());
  const order: Readonly<Record<Standing, number>> = { overdue: 0, open: 1, mended: 2 };
  return projects
    .flatMap((project) =>
      (project.evaluations ?? []).flatMap(({ at, findings = [] }) =>
        findings.flatMap((finding): Found[] => {
          const mended = finding.mended_at ?? null;
          if (yearOf(at) > year || (mended !== null && yearOf(mended) < year)) return [];
          return [{ project, finding, foundAt: at, standing: mended !== null ? 'mended' : finding.due < today ? 'overdue' : 'open' }];
        }),
      ),
    )
    .sort((a, b) => order[a.standing] - order[b.standing] || a.finding.due.localeCompare(b.finding.due));
}

/** A part of a whole in percent; null where there is no whole, which is not the same as none of it. */
export const shareIn = (part: number, whole: number): number | null => (whole > 0 ? (100 * part) / whole : null);

/** Whether reports have anything in a period, or stand open now. */
export const hasAny = ({ reported, answered, closed, rated, open }: ReportFigures): boolean => reported + answered + closed + rated + open > 0;

/** The years that can be chosen: this one and those before it, and whichever is shown. */
export function yearsAround(year: number, now: Date): readonly number[] {
  const last = yearOf(now.toISOString());
  const years = new Set([...Array.from({ length: 5 }, (_, back) => last - back), year]);
  return [...years].sort((a, b) => b - a);
}
