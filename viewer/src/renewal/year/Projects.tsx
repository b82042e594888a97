// Projects and their money by state, kind, level and area; those that were finished in the year.
import type { Project, ProjectFigures } from '../../api/projects';
import { named } from '../../i18n';
import { dayAt } from '../../state/renewal/project-days';
import { hashOf } from '../../state/renewal/route';
import { finishedIn, shareIn } from '../../state/renewal/year';
import type { ProjectsSeen } from '../../state/renewal/year-look';
import { language } from '../../state/settings';
import { dayOfInstant, listOf, moneyOf, projectWords, workWords, zoneName } from '../projects/words';
import { Table, type Column } from './Table';
import { count, percentOf, texts } from './words';

type Figure = ProjectFigures['total'];
type Sort = 'states' | 'kinds' | 'levels' | 'zones';
type Row = readonly [name: string, figure: Figure];

export const nameOfProject = (project: Project): string => named(project.plan.name, language.value, workWords.value.numbered(project.id));

export const ProjectLink = ({ of }: { of: Project }) => <a href={hashOf('projects', of.id)}>{nameOfProject(of)}</a>;

export const zonesOfProject = (project: Project): string => listOf((project.zones ?? []).map(zoneName)) || workWords.value.noZone;

export function Standing({ seen: { figures, left } }: { seen: ProjectsSeen }) {
  const [t, p] = [texts.value, projectWords.value];
  const names: Readonly<Record<Sort, Readonly<Record<string, string>> | null>> = { states: p.states, kinds: p.kinds, levels: p.levels, zones: null };
  return (
    <section class="n-card y-part">
      <h2>{t.projects}</h2>
      <p class="n-note">{t.projectsNow}</p>
      {left > 0 && <p class="p-missing">{t.left(left)}</p>}
      {figures.total.projects === 0 ? (
        <p class="y-nothing">{t.noProjects}</p>
      ) : (
        <div class="y-pairs">
          {(Object.keys(names) as Sort[]).map((sort) => (
            <BySort key={sort} sort={sort} figures={figures} names={names[sort]} />
          ))}
        </div>
      )}
    </section>
  );
}

const HEADS: Readonly<Record<Sort, (t: typeof workWords.value) => string>> = { states: (t) => t.state, kinds: (t) => t.kind, levels: (t) => t.level, zones: (t) => t.zone };

function BySort({ sort, figures, names }: { sort: Sort; figures: ProjectFigures; names: Readonly<Record<string, string>> | null }) {
  const t = texts.value;
  const of: Readonly<Record<string, Figure>> = figures[sort];
  // In the order of the course; areas by name.
  const keys = names ? Object.keys(names).filter((key) => of[key]) : Object.keys(of).sort((a, b) => zoneName(a).localeCompare(zoneName(b), language.value));
  const rows = keys.flatMap((key): Row[] => (of[key] && of[key].projects > 0 ? [[names?.[key] ?? zoneName(key), of[key]]] : []));
  const total: readonly Row[] = sort === 'zones' ? [] : [[t.total, figures.total]];
  return <Table title={t.by[sort]} file={`projects-by-${sort}`} columns={columnsOf(HEADS[sort](workWords.value))} rows={rows.length === 0 ? [] : [...rows, ...total]} none={t.noData} />;
}

function columnsOf(head: string): readonly Column<Row>[] {
  const t = texts.value;
  return [
    { head, of: ([name]) => name },
    { head: t.number, number: true, of: ([, { projects }]) => projects, show: ([, { projects }]) => count(projects) },
    { head: t.planned, sheet: t.yuan(t.planned), number: true, of: ([, { planned_fen }]) => planned_fen / 100, show: ([, { planned_fen }]) => moneyOf(planned_fen) },
    { head: t.spent, sheet: t.yuan(t.spent), number: true, of: ([, { spent_fen }]) => spent_fen / 100, show: ([, { spent_fen }]) => moneyOf(spent_fen) },
    { head: t.spentShare, sheet: t.percent(t.spentShare), number: true, of: ([, figure]) => shareIn(figure.spent_fen, figure.planned_fen), show: ([, figure]) => percentOf(shareIn(figure.spent_fen, figure.planned_fen)) },
  ];
}

export function Finished({ year, seen: { library } }: { year: number; seen: ProjectsSeen }) {
  const [t, p] = [texts.value, projectWords.value];
  const columns: readonly Column<Project>[] = [
    { head: t.project, of: nameOfProject, show: (project) => <ProjectLink of={project} /> },
    { head: t.kind, of: ({ plan }) => p.kinds[plan.kind], show: ({ plan }) => <>{p.kinds[plan.kind]} <small>{p.levels[plan.level]}</small></> },
    { head: t.zone, of: zonesOfProject },
    { head: t.completedAt, of: ({ completed_at }) => (completed_at ? dayAt(new Date(completed_at)) : null), show: ({ completed_at }) => (completed_at ? dayOfInstant(completed_at) : null) },
    { head: t.planned, sheet: t.yuan(t.planned), number: true, of: ({ plan }) => plannedOf(plan) && plannedOf(plan) / 100, show: ({ plan }) => moneyOf(plannedOf(plan)) },
    { head: t.spent, sheet: t.yuan(t.spent), number: true, of: ({ spent_fen = 0 }) => spent_fen / 100, show: ({ spent_fen = 0 }) => moneyOf(spent_fen) },
    { head: t.evaluatedAt, of: (project) => lastOf(project), show: (project) => (lastOf(project) === '' ? t.notEvaluated : dayOfInstant(project.evaluations?.at(-1)?.at ?? '')) },
  ];
  return (
    <section class="n-card y-part">
      <Table title={t.finished} isPart file={`projects-finished-${year}`} columns={columns} rows={finishedIn(library, year)} none={t.noFinished} />
    </section>
  );
}

const plannedOf = ({ budget }: Project['plan']): number => budget?.planned_fen ?? 0;

/** The day of the last evaluation; '' if there is none. */
function lastOf({ evaluations = [] }: Project): string {
  const last = evaluations.at(-1);
  return last ? dayAt(new Date(last.at)) : '';
}
