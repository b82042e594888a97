// The report of a check-up, to read and to print: figures, where the problems are, what became of those before, their list.
import { useMemo } from 'preact/hooks';
import type { CheckUpDetail, Indicator, Problem } from '../../api/checkups';
import { saveFile } from '../../panels/copying';
import { URGENCIES, byDimension, dimensionKey, percent, shareOf } from '../../state/renewal/checkups';
import { dayOf } from '../../state/renewal/checkups-days';
import { keyOf } from '../../state/renewal/checkups-drafts';
import { NO_ZONE, countBy, narrowed, standingOf, type Counts } from '../../state/renewal/checkups-problems';
import { tableText, type Column } from '../../state/renewal/table';
import { Figures, Known } from '../parts';
import { words } from '../words';
import type { PartProps } from './CheckUpPage';
import { Compared } from './Compared';
import { Photos } from './Photos';
import { UrgencyMark, titleOf, useFound, useNames, usePhotos, zonesOf, type Found } from './parts';
import { dayName, nameOf, texts, valueOf } from './words';

export function Report({ detail }: PartProps) {
  const [asked, again] = useFound(detail.check_up);
  return (
    <Known asked={asked} again={again}>
      {(found) => <Paper detail={detail} {...found} />}
    </Known>
  );
}

function Paper({ detail, problems: all, projects, indicators, objects }: Found & { detail: CheckUpDetail }) {
  const t = texts.value;
  const { check_up, progress } = detail;
  const byCode = useMemo(() => new Map(indicators.map((indicator) => [indicator.code, indicator])), [indicators]);
  const siteName = useNames(objects);
  const problems = narrowed(standingOf(all), { urgency: '', state: '', dimension: '', zone: '' }, byCode);
  const share = shareOf(progress);
  const columns = useColumns(byCode, siteName, projects);
  const photos = usePhotos(check_up);
  return (
    <article class="k-report">
      <header class="k-report-head">
        <h2>{t.reportOf(titleOf(check_up))}</h2>
        <div class="n-actions">
          <button class="button" type="button" onClick={() => print()}>
            {t.print}
          </button>
          <button class="button quiet" type="button" disabled={all.length === 0} onClick={() => saveFile(`check-up-${check_up.id}-problems.csv`, new Blob([tableText(all, columns)], { type: 'text/csv;charset=utf-8' }))}>
            {words.value.export}
          </button>
        </div>
        <p class="n-note">
          {zonesOf(check_up)} · {t.period} {dayName(check_up.from)} – {dayName(new Date(Date.parse(check_up.to) - 1).toISOString())}
        </p>
        {check_up.state !== 'concluded' && <p class="n-note">{t.draftReport}</p>}
      </header>
      <Figures
        of={[
          [t.assessed, `${percent(share)}\u202f%`, t.filled(share.values, share.objects)],
          [t.problemsFound, String(problems.length)],
          ...URGENCIES.map((urgency) => [t.urgencies[urgency], String(problems.filter((one) => one.urgency === urgency).length)] as const),
        ]}
      />
      <div class="k-columns k-even">
        <ByDimension detail={detail} problems={problems} indicators={indicators} byCode={byCode} />
        <ByZone problems={problems} siteName={siteName} none={t.noProblems[check_up.state]} />
      </div>
      <Compared checkUp={check_up} indicators={indicators} byCode={byCode} siteName={siteName} />
      <List problems={problems} photos={photos} byCode={byCode} siteName={siteName} />
    </article>
  );
}

/** What the exported table has of each problem: names for people, ids and codes for other programs. */
function useColumns(byCode: ReadonlyMap<string, Indicator>, siteName: (id: string) => string, projects: Found['projects']): readonly Column<Problem>[] {
  const t = texts.value;
  const e = t.exported;
  const indicatorOf = ({ indicator }: Problem): string => nameOf(byCode.get(indicator)?.name, indicator);
  return [
    { head: e.number, of: ({ id }) => id },
    { head: t.object, of: ({ object }) => siteName(object) },
    { head: e.objectId, of: ({ object }) => object },
    { head: e.zone, of: ({ zone }) => (zone ? siteName(zone) : '') },
    { head: t.dimension, of: ({ indicator }) => nameOf(byCode.get(indicator)?.dimension) },
    { head: t.indicator, of: indicatorOf },
    { head: e.code, of: ({ indicator }) => indicator },
    { head: t.value, of: ({ value }) => value },
    { head: e.threshold, of: ({ threshold }) => threshold },
    { head: e.unit, of: ({ indicator }) => byCode.get(indicator)?.unit ?? '' },
    { head: t.severity, of: ({ severity }) => t.urgencies[severity] },
    { head: t.urgency, of: ({ urgency }) => t.urgencies[urgency] },
    { head: t.due, of: ({ due }) => dayOf(due) },
    { head: t.state, of: ({ state }) => t.problemStates[state] },
    { head: e.because, of: ({ because }) => nameOf(because) },
    { head: e.reason, of: ({ reason }) => reason ?? '' },
    { head: e.projects, of: ({ id }) => (projects.get(id) ?? []).join(' ') },
  ];
}

const NONE: Counts = { urgent: 0, pressing: 0, ordinary: 0 };

function ByDimension({ detail, problems, indicators, byCode }: { detail: CheckUpDetail; problems: readonly Problem[]; indicators: readonly Indicator[]; byCode: ReadonlyMap<string, Indicator> }) {
  const t = texts.value;
  const counts = countBy(problems, ({ indicator }) => {
    const of = byCode.get(indicator);
    return of ? dimensionKey(of) : '';
  });
  return (
    <Counted
      title={t.byDimension}
      none=""
      first={t.dimension}
      second={t.assessed}
      rows={byDimension(indicators).map(({ key, name, indicators: of }) => {
        const share = shareOf(detail.progress, of);
        return [nameOf(name, key), t.objectsAssessed(share.values, share.objects), counts.get(key) ?? NONE] as const;
      })}
    />
  );
}

function ByZone({ problems, siteName, none }: { problems: readonly Problem[]; siteName: (id: string) => string; none: string }) {
  const t = texts.value;
  const counts = countBy(problems, ({ zone }) => zone ?? NO_ZONE);
  // The neighbourhoods by name; the community as a whole comes last.
  const rows = [...counts].sort(([a], [b]) => Number(a === NO_ZONE) - Number(b === NO_ZONE) || a.localeCompare(b));
  return <Counted title={t.byZone} none={none} first={t.exported.zone} rows={rows.map(([id, of]) => [id === NO_ZONE ? t.noZone : siteName(id), '', of] as const)} />;
}

function Counted({ title, none, first, second, rows }: { title: string; none: string; first: string; second?: string; rows: readonly (readonly [name: string, more: string, counts: Counts])[] }) {
  const t = texts.value;
  return (
    <section class="n-card">
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p class="n-note">{none}</p>
      ) : (
        <table class="n-table k-counted">
          <thead>
            <tr>
              <th>{first}</th>
              {second !== undefined && <th class="number k-second">{second}</th>}
              {URGENCIES.map((urgency) => (
                <th key={urgency} class="number">
                  {t.urgencies[urgency]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, more, counts]) => (
              <tr key={name}>
                <td>{name}</td>
                {second !== undefined && <td class="number k-second">{more}</td>}
                {URGENCIES.map((urgency) => (
                  <td key={urgency} class="number" data-none={counts[urgency] === 0}>
                    {counts[urgency]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function List({ problems, photos, byCode, siteName }: { problems: readonly Problem[]; photos: ReadonlyMap<string, readonly string[]>; byCode: ReadonlyMap<string, Indicator>; siteName: (id: string) => string }) {
  const t = texts.value;
  if (problems.length === 0) return null;
  return (
    <section class="n-card">
      <h2>{t.problemList}</h2>
      <p class="n-note">{t.problemListNote}</p>
      <ol class="k-problem-list">
        {problems.map((problem) => {
          const indicator = byCode.get(problem.indicator);
          return (
            <li key={problem.id}>
              <UrgencyMark of={problem.urgency} />
              <span>
                <b>
                  {siteName(problem.object)} · {nameOf(indicator?.name, problem.indicator)}
                </b>
                <small>
                  {indicator && `${valueOf(problem.value, indicator)} / ${valueOf(problem.threshold, indicator)} · `}
                  {t.due} {dayName(problem.due)} · {t.problemStates[problem.state]}
                  {problem.reason && ` · ${problem.reason}`}
                </small>
                <Photos ids={photos.get(keyOf(problem.indicator, problem.object)) ?? []} name={siteName(problem.object)} />
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
