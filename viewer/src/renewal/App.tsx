// The pages of the work on renewal: what is seen follows the address; the strip on top leads to the others.
import { useEffect } from 'preact/hooks';
import { named } from '../i18n';
import { Account } from '../panels/Account';
import { Icon } from '../panels/Icon';
import { later } from '../panels/later';
import { account, accountOpen, signedIn } from '../state/account';
import { hashOf, route, type Section } from '../state/renewal/route';
import { publication } from '../state/session';
import { language, texts, theme, type Theme } from '../state/settings';
import { usePageStart } from './parts';
import { words } from './words';

const PROGRAMMING = later(() => import('./programming/Programming').then(({ Programming }) => Programming));

const PAGES: Readonly<Record<Section, ReturnType<typeof later<object>>>> = {
  checkups: later(() => import('./checkups/Checkups').then(({ Checkups }) => Checkups)),
  indicators: later(() => import('./indicators/Indicators').then(({ Indicators }) => Indicators)),
  programming: PROGRAMMING,
  'programming/resources': PROGRAMMING,
  'programming/needs': PROGRAMMING,
  'programming/problems': PROGRAMMING,
  'programming/generate': PROGRAMMING,
  projects: later(() => import('./projects/Projects').then(({ Projects }) => Projects)),
  report: later(() => import('./year/YearReport').then(({ YearReport }) => YearReport)),
};

/** Pages in the strip on top, each with the others that are of it. */
const STRIP = {
  checkups: ['checkups', 'indicators'],
  programming: ['programming', 'programming/resources', 'programming/needs', 'programming/problems', 'programming/generate'],
  projects: ['projects'],
  report: ['report'],
} as const satisfies Readonly<Record<string, readonly Section[]>>;

const isOf = (of: readonly Section[]): boolean => of.includes(route.value.section);

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const THEME_ICON = { auto: 'sun-moon', light: 'sun', dark: 'moon' } as const;

export function App() {
  const Shown = PAGES[route.value.section];
  usePageStart();
  return (
    <>
      <Top />
      <main class="n-page">
        <Shown />
      </main>
      {accountOpen.value && <Account />}
    </>
  );
}

function Top() {
  const [t, n] = [texts.value, words.value];
  const community = publication.value?.catalog.community;
  const name = community ? named(community.name, language.value, community.id) : '';
  useEffect(() => void (document.title = [n.title, name].filter(Boolean).join(' · ')), [n, name]);
  const user = account.value?.user;
  const label = user ? t.signedInAs(user.display_name ?? user.name) : t.signIn;
  return (
    <header class="n-top">
      <b class="n-name">{name}</b>
      <nav aria-label={n.pages}>
        {(Object.keys(STRIP) as (keyof typeof STRIP)[]).map((section) => (
          <a key={section} href={hashOf(section)} aria-current={isOf(STRIP[section]) ? 'page' : undefined}>
            {n[section]}
          </a>
        ))}
        <a href="./">{n.model}</a>
      </nav>
      <button class="tool" type="button" aria-label={t.switchLanguage} title={t.switchLanguage} onClick={() => (language.value = language.value === 'zh' ? 'en' : 'zh')}>
        <Icon name="languages" />
      </button>
      <button class="tool" type="button" aria-label={t.theme[theme.value]} title={t.theme[theme.value]} onClick={() => (theme.value = NEXT[theme.value])}>
        <Icon name={THEME_ICON[theme.value]} />
      </button>
      <button class="tool" type="button" aria-label={label} title={label} aria-pressed={signedIn.value} onClick={() => (accountOpen.value = true)}>
        <Icon name="circle-user-round" />
        {user && <span class="n-user">{user.display_name ?? user.name}</span>}
      </button>
    </header>
  );
}
