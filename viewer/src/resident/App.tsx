// The residents' page: what is seen follows the address; a bar below leads to the four first pages.
import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { online, reachable } from '../state/resident/me';
import { hashOf, route, type Route } from '../state/resident/route';
import { Home, Everyones, Mine } from './Home';
import { Icon, Loading, Page } from './parts';
import { words } from './words';

const LATER = {
  new: () => import('./NewReport').then(({ NewReport }) => NewReport as ComponentType),
  report: () => import('./Detail').then(({ Detail }) => Detail as ComponentType),
  me: () => import('./Me').then(({ Me }) => Me as ComponentType),
  'sign-in': () => import('./SignIn').then(({ SignIn }) => SignIn as ComponentType),
};

export function App() {
  const at = route.value;
  const t = words.value;
  useEffect(() => {
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
      {at.page === 'home' ? <Home /> : at.page === 'mine' ? <Mine /> : at.page === 'all' ? <Everyones /> : <Later key={hashOf(at)} page={at.page} />}
      {(at.page === 'home' || at.page === 'mine' || at.page === 'all' || at.page === 'me') && <Bar />}
    </>
  );
}

/** A page whose code comes when it is wanted; without a network it says so and can be tried again. */
function Later({ page }: { page: keyof typeof LATER }) {
  const [shown, show] = useState<{ page: ComponentType | null; failed: boolean }>({ page: null, failed: false });
  const fetch = (): void => {
    show({ page: null, failed: false });
    LATER[page]().then(
      (come) => show({ page: come, failed: false }),
      () => show({ page: null, failed: true }),
    );
  };
  useEffect(fetch, [page]);
  if (shown.page) return <shown.page />;
  return (
    <Page title="">
      {shown.failed ? (
        <p class="r-empty">
          {words.value.unreachable} <button class="r-link" type="button" onClick={fetch}>{words.value.retry}</button>
        </p>
      ) : (
        <Loading />
      )}
    </Page>
  );
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
