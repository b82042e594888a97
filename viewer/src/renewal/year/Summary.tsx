// The figures on top of the report; what is not known yet, or not for whoever looks, has a dash and says so.
import type { ReportFiguresAnswer } from '../../api/report-figures';
import { standing } from '../../state/renewal/checkups';
import { enteredIn, evaluatedIn, findingsOf, finishedIn, shareIn } from '../../state/renewal/year';
import type { CheckUpSeen, ProjectsSeen } from '../../state/renewal/year-look';
import { Figures, type Asked } from '../parts';
import { moneyOf } from '../projects/words';
import { count, percentOf, texts } from './words';

interface Props {
  readonly year: number;
  readonly now: Date;
  readonly projects: Asked<ProjectsSeen>;
  readonly reports: Asked<{ readonly of: ReportFiguresAnswer }>;
  readonly checkUps: Asked<{ readonly seen: readonly CheckUpSeen[] } | null>;
}

type Row = readonly [name: string, value: string, note?: string];

export function Summary({ year, now, projects, reports, checkUps }: Props) {
  const [seen, answer, found] = [knownOf(projects), knownOf(reports), knownOf(checkUps)];
  return <Figures of={[...ofProjects(seen, year, now), ofReports(answer?.of ?? null), ofCheckUps(found?.seen ?? null)]} />;
}

const knownOf = <T,>(asked: Asked<T>): T | null => (asked.state === 'known' ? asked.it : null);

function ofProjects(seen: ProjectsSeen | null, year: number, now: Date): readonly Row[] {
  const { figures: f, notes: n, noData } = texts.value;
  const names = [f.library, f.finished, f.planned, f.findings];
  if (!seen) return names.map((name) => [name, '–', noData] as const);
  const { library, figures: { total }, left } = seen;
  const findings = findingsOf(library, year, now).filter((one) => one.standing !== 'mended');
  return [
    [f.library, count(library.length + left), n.library(enteredIn(library, year).length)],
    [f.finished, count(finishedIn(library, year).length), n.finished(evaluatedIn(library, year).length)],
    [f.planned, moneyOf(total.planned_fen), n.planned(moneyOf(total.spent_fen))],
    [f.findings, count(findings.length), n.findings(findings.filter((one) => one.standing === 'overdue').length)],
  ];
}

function ofReports(answer: ReportFiguresAnswer | null): Row {
  const { figures: f, notes: n, noData } = texts.value;
  if (!answer) return [f.inTime, '–', noData];
  const { answered, answered_in_time } = answer.total;
  return [f.inTime, percentOf(shareIn(answered_in_time, answered)) ?? '–', answered === 0 ? n.none : n.inTime(answered_in_time, answered)];
}

function ofCheckUps(seen: readonly CheckUpSeen[] | null): Row {
  const { figures: f, notes: n, noData } = texts.value;
  if (!seen) return [f.problems, '–', noData];
  if (seen.length === 0) return [f.problems, '–', n.none];
  return [f.problems, count(seen.reduce((sum, { detail }) => sum + standing(detail.problems.filter(({ state }) => state !== 'dismissed')).all, 0)), n.problems(seen.length)];
}
