// The closing figures of residents' reports: what is open and overdue now, what was answered in time in the last days,
// opened again and how it was rated; then by responsible body and by kind in turn, as many as fit.
import type { ReportFigures } from '../api/report-figures';
import { figure, named } from '../i18n';
import { reportKinds } from '../state/reports';
import { language } from '../state/settings';
import { FIGURES_DAYS, inTime, reportFigures } from '../state/wall/reports';
import { Panel, useFit, usePage } from './parts';
import { count, words } from './texts';

const ROW = 38;
const PAGE_MS = 12_000;

const percent = (share: number | null): string => (share === null ? '–' : `${figure(share * 100, language.value, 0)}\u202f%`);
const stars = ({ mean_stars }: ReportFigures): string => (typeof mean_stars === 'number' ? figure(mean_stars, language.value, 1, 1) : '–');

export function Reports() {
  const t = words.value;
  const all = reportFigures.value;
  const total = all?.total;
  const cell = (name: string, value: string, label: string, status?: string) => (
    <li data-figure={name} data-status={status} data-none={value === '0'}>
      <b>{value}</b>
      <span>{label}</span>
    </li>
  );
  return (
    <Panel name="reports" title={t.reports} note={t.lastDays(FIGURES_DAYS)} grow>
      <ul class="w-levels w-closing">
        {cell('open', total ? count(total.open) : '–', t.reportsOpen)}
        {cell('overdue', total ? count(total.overdue) : '–', t.reportsOverdue, 'warning')}
        {cell('in-time', total ? percent(inTime(total)) : '–', t.answeredInTime)}
        {cell('reopened', total ? count(total.reopened) : '–', t.reopened)}
        {cell('stars', total ? stars(total) : '–', t.meanStars)}
      </ul>
      {all && (all.by_body.length > 0 || all.by_kind.length > 0 ? <Groups /> : <p class="w-empty">{t.noReports(FIGURES_DAYS)}</p>)}
    </Panel>
  );
}

/** By responsible body, then by kind, in turn. */
function Groups() {
  const t = words.value;
  const [ref, fit] = useFit<HTMLTableElement>(ROW);
  const all = reportFigures.value;
  const page = usePage(2, PAGE_MS);
  const byBody = (all?.by_body ?? []).map(({ body, figures }) => ({ key: body ?? '', name: body ? t.bodies[body] : t.noBody, figures }));
  const byKind = (all?.by_kind ?? []).map(({ kind, figures }) => ({ key: kind, name: named(reportKinds.value.get(kind)?.name, language.value, kind), figures }));
  // What has the most to do comes first.
  const rows = [...(page === 0 ? byBody : byKind)].sort((a, b) => b.figures.overdue - a.figures.overdue || b.figures.open - a.figures.open || b.figures.answered - a.figures.answered);
  const room = Math.max(0, fit - 1);
  return (
    <table class="w-closing-table" ref={ref}>
      <thead>
        <tr>
          <th scope="col">{page === 0 ? t.byBody : t.byReportKind}</th>
          <th scope="col">{t.reportsOpen}</th>
          <th scope="col">{t.reportsOverdue}</th>
          <th scope="col">{t.inTimeShort}</th>
          <th scope="col">{t.starsShort}</th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, room).map(({ key, name, figures }) => (
          <tr key={key} data-row={key}>
            <th scope="row">{name}</th>
            <td>{count(figures.open)}</td>
            <td data-status={figures.overdue > 0 ? 'warning' : undefined}>{count(figures.overdue)}</td>
            <td>{percent(inTime(figures))}</td>
            <td>{stars(figures)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
