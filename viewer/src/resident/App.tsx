// The residents' page: what is seen follows the address; a bar below leads to the four first pages.
import { useEffect } from 'preact/hooks';
import { online, reachable } from '../state/resident/me';
import { hashOf, route, type Route } from '../state/resident/route';
import { Home, Everyones, Mine } from './Home';
import { lazy } from './lazy';
import { Icon } from './parts';
import { words } from './words';

const LATER = {
  new: lazy(() => import('./NewReport').then(({ NewReport }) => NewReport)),
  report: lazy(() => import('./Detail').then(({ Detail }) => Detail)),
  projects: lazy(() => import('./Projects').then(({ Projects }) => Projects)),
  project: lazy(() => import('./Project').then(({ Project }) => Project)),
  me: lazy(() => import('./Me').then(({ Me }) => Me)),
  'sign-in': lazy(() => import('./SignIn').then(({ SignIn }) => SignIn)),
};

export function App() {
  const at = route.value;
  const t = words.value;
  useEffect(() => {
    // The scene opens over the first page, and has no title of its own.
    if (at.page === 'place') return;
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('h1')?.focus();
  }, [hashOf(at)]);
  return (
    <>
      {(!online.value || !reachable.value) && (
        <p class="r-notice" role="status">
          <Icon name="wifi-off" />
          {online.value ? t.unreachable : t.offline}
        </p>
      )}
      {at.page === 'home' || at.page === 'place' ? <Home /> : at.page === 'mine' ? <Mine /> : at.page === 'all' ? <Everyones /> : <Later key={hashOf(at)} page={at.page} />}
      {(at.page === 'home' || at.page === 'mine' || at.page === 'all' || at.page === 'me') && <Bar />}
    </>
  );
}

/** A page whose code comes when it is wanted. */
function Later({ page }: { page: keyof typeof LATER }) {
  const Wanted = LATER[page];
  return <Wanted />;
}

const DOORS: readonly [Route['page'] & ('home' | 'mine' | 'all' | 'me'), string][] = [
  ['home', 'house'],
  ['mine', 'list-todo'],
  ['all', 'megaphone'],
  ['me', 'user'],
];

function Bar() {
  return (
    <nav class="r-bar" aria-label={words.value.appName}>
      {DOORS.map(([page, icon]) => (
        <a key={page} href={hashOf({ page })} aria-current={route.value.page === page ? 'page' : undefined}>
          <Icon name={icon} />
          {words.value[page]}
        </a>
      ))}
    </nav>
  );
}
