// What evaluations of the year said and found, who mends it until when; and whether problems that works were to solve
// were gone when the next check-up looked.
import { indicatorsOf, allObjects, may, titleOf, useNames } from '../checkups/parts';
import { nameOf, valueOf } from '../checkups/words';
import type { Indicator } from '../../api/checkups';
import type { Project } from '../../api/projects';
import type { ModelObject } from '../../api/types';
import { dayAt } from '../../state/renewal/project-days';
import { hashOf } from '../../state/renewal/route';
import { evaluatedIn, findingsOf, finishedIn, type Evaluated, type Found } from '../../state/renewal/year';
import { lookAgain, type LookedAgain, type ProjectsSeen } from '../../state/renewal/year-look';
import { Known, useAsked } from '../parts';
import { dayOf, dayOfInstant, workWords } from '../projects/words';
import { ProjectLink, nameOfProject } from './Projects';
import { Table, type Column } from './Table';
import { texts } from './words';

export function Evaluations({ year, now, seen: { library } }: { year: number; now: Date; seen: ProjectsSeen }) {
  const t = texts.value;
  return (
    <section class="n-card y-part">
      <h2>{t.evaluations}</h2>
      <Table title={t.evaluated} file={`evaluations-${year}`} columns={evaluationColumns()} rows={evaluatedIn(library, year)} none={t.noEvaluated} />
      <Table title={t.findings} file={`findings-${year}`} columns={findingColumns()} rows={findingsOf(library, year, now)} none={t.noFindings} note={t.findingsNote} />
      {may('read_check_ups') ? <Again year={year} finished={finishedIn(library, year)} /> : <p class="n-note">{t.notYours}</p>}
    </section>
  );
}

function evaluationColumns(): readonly Column<Evaluated>[] {
  const t = texts.value;
  return [
    { head: t.evaluatedOn, of: ({ evaluation }) => dayAt(new Date(evaluation.at)), show: ({ evaluation }) => dayOfInstant(evaluation.at) },
    { head: t.project, of: ({ project }) => nameOfProject(project), show: ({ project }) => <ProjectLink of={project} /> },
    { head: t.result, of: ({ evaluation }) => evaluation.text, show: ({ evaluation }) => <span class="p-words">{evaluation.text}</span> },
    { head: t.found, number: true, of: ({ evaluation }) => evaluation.findings?.length ?? 0 },
  ];
}

function findingColumns(): readonly Column<Found>[] {
  const [t, w] = [texts.value, workWords.value];
  return [
    { head: t.project, of: ({ project }) => nameOfProject(project), show: ({ project }) => <ProjectLink of={project} /> },
    { head: t.finding, of: ({ finding }) => finding.text, show: ({ finding }) => <span class="p-words">{finding.text}</span> },
    { head: t.evaluatedOn, of: ({ foundAt }) => dayAt(new Date(foundAt)), show: ({ foundAt }) => dayOfInstant(foundAt) },
    { head: t.body, of: ({ finding }) => w.bodies[finding.body] },
    { head: t.due, of: ({ finding }) => finding.due, show: ({ finding }) => dayOf(finding.due) },
    { head: t.standing, of: ({ standing }) => t.standings[standing], show: ({ standing }) => <Mark state={standing} word={t.standings[standing]} /> },
    { head: t.mendedAt, of: ({ finding }) => (finding.mended_at ? dayAt(new Date(finding.mended_at)) : ''), show: ({ finding }) => (finding.mended_at ? dayOfInstant(finding.mended_at) : '–') },
  ];
}

const Mark = ({ state, word }: { state: string; word: string }) => (
  <span class="n-mark y-mark" data-state={state}>
    {word}
  </span>
);

/** What is known of problems: indicators by the catalogue of their check-up, names of objects. */
interface Names {
  readonly indicators: ReadonlyMap<string, Indicator>;
  readonly objects: readonly ModelObject[];
}

function Again({ year, finished }: { year: number; finished: readonly Project[] }) {
  const t = texts.value;
  const [asked, again] = useAsked(`year/${year}/again/${finished.map(({ id, version }) => `${id}.${version}`).join()}`, async (signal) => {
    const { rows, left } = await lookAgain(finished, signal);
    const checkUps = new Map(rows.flatMap(({ foundIn }) => (foundIn ? [[foundIn.catalogue, foundIn] as const] : [])));
    const [catalogues, objects] = await Promise.all([Promise.all([...checkUps.values()].map((one) => indicatorsOf({ ...one, indicators: [] }))), rows.length > 0 ? allObjects() : []]);
    return { rows, left, names: { indicators: new Map(catalogues.flat().map((one) => [one.code, one])), objects } };
  });
  return (
    <Known asked={asked} again={again}>
      {({ rows, left, names }) => (
        <>
          <LookedAgainTable year={year} rows={rows} names={names} />
          {left > 0 && <p class="n-note">{t.againLeft(left)}</p>}
        </>
      )}
    </Known>
  );
}

function LookedAgainTable({ year, rows, names: { indicators, objects } }: { year: number; rows: readonly LookedAgain[]; names: Names }) {
  const t = texts.value;
  const siteName = useNames(objects);
  const what = ({ problem }: LookedAgain): string => `${siteName(problem.object)} · ${nameOf(indicators.get(problem.indicator)?.name, problem.indicator)}`;
  const written = (row: LookedAgain, value: number | null): string | null => (value === null ? null : valueOf(value, indicators.get(row.problem.indicator) ?? { unit: '1' }));
  const columns: readonly Column<LookedAgain>[] = [
    { head: t.project, of: ({ project }) => nameOfProject(project), show: ({ project }) => <ProjectLink of={project} /> },
    { head: t.problem, of: what },
    { head: t.foundIn, of: ({ foundIn, problem }) => (foundIn ? titleOf(foundIn) : String(problem.check_up)), show: ({ foundIn, problem }) => <a href={hashOf('checkups', problem.check_up, 'problems')}>{foundIn ? titleOf(foundIn) : problem.check_up}</a> },
    { head: t.was, number: true, of: ({ problem }) => problem.value, show: (row) => written(row, row.problem.value) },
    { head: t.lookedIn, of: ({ again }) => (again ? titleOf(again) : ''), show: ({ again }) => (again ? <a href={hashOf('checkups', again.id, 'problems')}>{titleOf(again)}</a> : '–') },
    { head: t.is, number: true, of: ({ value }) => value, show: (row) => written(row, row.value) },
    { head: t.result, of: ({ result }) => t.results[result], show: ({ result }) => <Mark state={result} word={t.results[result]} /> },
  ];
  return <Table title={t.again} file={`looked-again-${year}`} columns={columns} rows={rows} none={t.noAgain} note={rows.length > 0 ? t.againNote : undefined} />;
}
