// How reports of residents were answered in the year: beside the year before, by responsible body, by kind.
import type { ReportFigures, ReportFiguresAnswer } from '../../api/report-figures';
import type { ReportKind } from '../../api/reports';
import { figure, named } from '../../i18n/format';
import { hasAny, shareIn } from '../../state/renewal/year';
import { language } from '../../state/settings';
import { workWords } from '../projects/words';
import { Table, type Column } from './Table';
import { count, percentOf, texts } from './words';

interface Props {
  readonly year: number;
  /** Whether the year is not over: what is open now says nothing of one that is. */
  readonly isNow: boolean;
  readonly of: ReportFiguresAnswer;
  readonly before: ReportFiguresAnswer;
  readonly kinds: readonly ReportKind[];
}

type Row = readonly [name: string, figures: ReportFigures];

/** A figure: its name, what the file holds, what is read. */
interface Measure {
  readonly head: string;
  readonly sheet?: string;
  readonly of: (figures: ReportFigures) => number | null;
  readonly show?: (figures: ReportFigures) => string | null;
}

export function Reports({ year, isNow, of, before, kinds }: Props) {
  const t = texts.value;
  const kindNames = new Map(kinds.map(({ id, name }) => [id, named(name, language.value, id)]));
  const bodies = of.by_body.map(({ body, figures }): Row => [body ? workWords.value.bodies[body] : t.noBody, figures]);
  const byKind = of.by_kind.map(({ kind, figures }): Row => [kindNames.get(kind) ?? kind, figures]);
  const shown = (rows: readonly Row[]): Row[] => rows.filter(([, figures]) => hasAny(isNow ? figures : { ...figures, open: 0 }));
  const measures = measuresOf(isNow);
  const columns = (head: string): readonly Column<Row>[] => [{ head, of: ([name]) => name }, ...measures.map((measure) => columnOf(measure))];
  const none = !hasAny(isNow ? of.total : { ...of.total, open: 0 });
  return (
    <section class="n-card y-part">
      <h2>{t.reports}</h2>
      <p class="n-note">{isNow ? t.reportsNote : t.reportsPast}</p>
      {none ? (
        <p class="y-nothing">{t.noReports}</p>
      ) : (
        <>
          <Beside year={year} measures={measuresOf(false)} of={of.total} before={before.total} />
          <Table title={t.byBody} file={`reports-by-body-${year}`} columns={columns(t.body)} rows={shown(bodies)} none={t.noReports} />
          <Table title={t.byKind} file={`reports-by-kind-${year}`} columns={columns(t.kind)} rows={shown(byKind)} none={t.noReports} />
        </>
      )}
    </section>
  );
}

function measuresOf(isNow: boolean): readonly Measure[] {
  const t = texts.value;
  const inTime = (figures: ReportFigures): number | null => shareIn(figures.answered_in_time, figures.answered);
  return [
    { head: t.reported, of: ({ reported }) => reported },
    { head: t.answered, of: ({ answered }) => answered },
    { head: t.inTimeShare, sheet: t.percent(t.inTimeShare), of: inTime, show: (figures) => percentOf(inTime(figures)) },
    { head: t.reopened, of: ({ reopened }) => reopened },
    { head: t.closed, of: ({ closed }) => closed },
    { head: t.rated, of: ({ rated }) => rated },
    { head: t.stars, of: ({ mean_stars }) => mean_stars ?? null, show: ({ mean_stars }) => (typeof mean_stars === 'number' ? t.starsOf(figure(mean_stars, language.value, 1, 1)) : null) },
    ...(isNow ? [{ head: t.open, of: ({ open }: ReportFigures) => open }, { head: t.overdue, of: ({ overdue }: ReportFigures) => overdue }] : []),
  ];
}

/** What is read of a figure; null where nothing is known. */
function readOf({ of, show }: Measure, figures: ReportFigures): string | null {
  if (show) return show(figures);
  const value = of(figures);
  return value === null ? null : count(value);
}

const columnOf = (measure: Measure): Column<Row> => ({
  head: measure.head,
  ...(measure.sheet === undefined ? {} : { sheet: measure.sheet }),
  number: true,
  of: ([, figures]) => measure.of(figures),
  show: ([, figures]) => readOf(measure, figures),
});

function Beside({ year, measures, of, before }: { year: number; measures: readonly Measure[]; of: ReportFigures; before: ReportFigures }) {
  const t = texts.value;
  // A year in which the server kept nothing has no figures, which is not the same as zeros.
  const known = hasAny({ ...before, open: 0 });
  const columns: readonly Column<Measure>[] = [
    { head: t.measure, of: ({ head, sheet }) => sheet ?? head, show: ({ head }) => head },
    { head: t.thisYear, sheet: String(year), number: true, of: (measure) => measure.of(of), show: (measure) => readOf(measure, of) },
    { head: t.yearBefore, sheet: String(year - 1), number: true, of: (measure) => (known ? measure.of(before) : null), show: (measure) => (known ? readOf(measure, before) : null) },
  ];
  return <Table title={t.byYear} file={`reports-${year}`} columns={columns} rows={measures} none={t.noReports} />;
}
