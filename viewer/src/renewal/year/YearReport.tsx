// The report of a year (年度评价报告), to read on the screen and on paper: projects and money, works that were finished,
// evaluations and what was mended, residents' reports, check-ups.
//
// In: the year of the address, what the server answers to whoever looks. Out: a page; its tables as files.
import { getReportFigures } from '../../api/report-figures';
import { getReportKinds } from '../../api/reports';
import { named } from '../../i18n';
import { dayOf } from '../../state/renewal/checkups-days';
import { hashOf, route } from '../../state/renewal/route';
import { spanOf, yearOf, yearsAround } from '../../state/renewal/year';
import { lookAtCheckUps, lookAtProjects } from '../../state/renewal/year-look';
import { publication } from '../../state/session';
import { language } from '../../state/settings';
import { allObjects, indicatorsOf, may } from '../checkups/parts';
import { Head, Known, SignInHint, useAsked } from '../parts';
import { dayOf as dayName } from '../projects/words';
import { CheckUps } from './CheckUps';
import { Evaluations } from './Evaluations';
import { Finished, Standing } from './Projects';
import { Reports } from './Reports';
import { Summary } from './Summary';
import { texts } from './words';

export function YearReport() {
  const now = new Date();
  const { id } = route.value;
  const year = typeof id === 'number' && id >= 2000 && id < 2100 ? id : yearOf(now.toISOString());
  return (
    <article class="y-report" key={year}>
      <Title year={year} now={now} />
      <SignInHint />
      <Parts year={year} now={now} />
    </article>
  );
}

function Title({ year, now }: { year: number; now: Date }) {
  const t = texts.value;
  const { from, to } = spanOf(year, now);
  const community = publication.value?.catalog.community;
  const span = `${dayName(dayOf(from.toISOString()))} – ${dayName(dayOf(new Date(to.getTime() - 1).toISOString()))}`;
  const name = community ? named(community.name, language.value, community.id) : '';
  return (
    <>
      <Head
        title={t.title(year)}
        under={
          <>
            {name !== '' && (
              <>
                <b class="y-community">{name}</b> ·{' '}
              </>
            )}
            {t.under(span, dayName(dayOf(now.toISOString())))}
          </>
        }
      >
        <button class="button" type="button" onClick={() => print()}>
          {t.print}
        </button>
      </Head>
      <nav class="y-years" aria-label={t.years}>
        {yearsAround(year, now).map((one) => (
          <a key={one} href={hashOf('report', one)} aria-current={one === year ? 'page' : undefined}>
            {t.ofYear(one)}
          </a>
        ))}
      </nav>
    </>
  );
}

function Parts({ year, now }: { year: number; now: Date }) {
  const t = texts.value;
  const [projects, projectsAgain] = useAsked('year/projects', lookAtProjects);
  const [reports, reportsAgain] = useAsked(`year/${year}/reports`, async (signal) => {
    const [span, before] = [spanOf(year, now), spanOf(year - 1, now)];
    const [of, ofBefore, kinds] = await Promise.all([getReportFigures(span.from, signal, span.to), getReportFigures(before.from, signal, before.to), getReportKinds()]);
    return { of, before: ofBefore, kinds };
  });
  const mayCheckUps = may('read_check_ups');
  const [checkUps, checkUpsAgain] = useAsked(`year/${year}/checkups/${mayCheckUps}`, async (signal) => {
    if (!mayCheckUps) return null;
    const [seen, objects] = await Promise.all([lookAtCheckUps(year, indicatorsOf, signal), allObjects()]);
    return { ...seen, objects };
  });
  return (
    <>
      <Summary year={year} now={now} projects={projects} reports={reports} checkUps={checkUps} />
      <p class="n-note">{t.asSeen}</p>
      <Known asked={projects} again={projectsAgain}>
        {(seen) => (
          <>
            <Standing seen={seen} />
            <Finished year={year} seen={seen} />
            <Evaluations year={year} now={now} seen={seen} />
          </>
        )}
      </Known>
      <Known asked={reports} again={reportsAgain}>
        {(known) => <Reports year={year} isNow={year === yearOf(now.toISOString())} {...known} />}
      </Known>
      <Known asked={checkUps} again={checkUpsAgain}>
        {(known) => <CheckUps year={year} known={known} />}
      </Known>
    </>
  );
}
