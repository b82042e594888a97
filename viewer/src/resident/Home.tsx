// The first pages: what one can do, what became of one's own reports, what others have reported.
import { session, user } from '../state/resident/me';
import { everyones, mine } from '../state/resident/reports';
import { hashOf, route } from '../state/resident/route';
import { waiting } from '../state/resident/waiting';
import { lazy } from './lazy';
import { Door, Loading, ReportRows } from './parts';
import { words } from './words';

const Waiting = lazy(() => import('./Waiting').then((module) => module.Waiting));
const Nearest = lazy(() => import('./Projects').then((module) => module.Nearest));
const Place = lazy(() => {
  void import('./early');
  return import('./Place').then((module) => module.Place);
});

/** Own reports on the first page. */
const FIRST = 3;

export function Home() {
  const t = words.value;
  return (
    <main class="r-page r-home">
      <h1 tabIndex={-1}>{t.appName}</h1>
      <div class="r-hero">
        <Place />
      </div>
      <div inert={route.value.page === 'place'}>
        <div class="r-doors">
          <Door kind="problem" icon="circle-alert" title={t.reportProblem} hint={t.reportProblemHint} to={{ page: 'new', line: 'problem' }} />
          <Door kind="suggestion" icon="lightbulb" title={t.makeSuggestion} hint={t.makeSuggestionHint} to={{ page: 'new', line: 'suggestion' }} />
        </div>
        {waiting.value.length > 0 && <Waiting />}
        <section>
          <h2>{t.myReports}</h2>
          <Own most={FIRST} />
        </section>
        <Nearest />
        <section>
          <h2>{t.allReports}</h2>
          <Others most={FIRST} />
        </section>
      </div>
    </main>
  );
}

export function Mine() {
  return (
    <main class="r-page">
      <h1 tabIndex={-1}>{words.value.myReports}</h1>
      {waiting.value.length > 0 && <Waiting />}
      <Own />
    </main>
  );
}

export function Everyones() {
  return (
    <main class="r-page">
      <h1 tabIndex={-1}>{words.value.allReports}</h1>
      <Others />
    </main>
  );
}

function Own({ most = Infinity }: { most?: number }) {
  const t = words.value;
  if (session.value && !user.value) {
    return (
      <p class="r-empty">
        {t.signInToReport} <a class="r-link" href={hashOf({ page: 'sign-in' })}>{t.signIn}</a>
      </p>
    );
  }
  if (mine.value === null) return <Loading />;
  if (mine.value.length === 0) return waiting.value.length > 0 ? null : <p class="r-empty">{t.noReports}</p>;
  return <ReportRows reports={mine.value.slice(0, most)} />;
}

function Others({ most = Infinity }: { most?: number }) {
  if (everyones.value === null) return <Loading />;
  if (everyones.value.length === 0) return <p class="r-empty">{words.value.noneYet}</p>;
  return <ReportRows reports={everyones.value.slice(0, most)} />;
}
