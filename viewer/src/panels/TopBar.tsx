// The strip on top: which community, whether what is shown is the present, language, appearance, help.
import { clock, named } from '../i18n';
import { account, accountOpen, signedIn } from '../state/account';
import { past, wanted_ms } from '../state/devices';
import { line } from '../state/live';
import { publication } from '../state/session';
import { language, texts, theme, type Theme } from '../state/settings';
import { helpOpen, placeVisible } from '../state/view';
import { Icon } from './Icon';
import { later } from './later';

const ToolBar = later(() => import('./ToolBar').then((module) => module.ToolBar));

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const THEME_ICON = { auto: 'sun-moon', light: 'sun', dark: 'moon' } as const;

export function TopBar({ phone }: { phone: boolean }) {
  const t = texts.value;
  const community = publication.value?.catalog.community;
  return (
    <header class="bar">
      <h1>{community ? named(community.name, language.value, community.id) : ''}</h1>
      {placeVisible.value && <ToolBar />}
      <LineState />
      <button class="tool" aria-label={t.switchLanguage} title={t.switchLanguage} onClick={() => (language.value = language.value === 'zh' ? 'en' : 'zh')}>
        <Icon name="languages" />
        {!phone && <span lang={language.value === 'zh' ? 'en' : 'zh-CN'}>{t.otherLanguage}</span>}
      </button>
      <button class="tool" aria-label={t.theme[theme.value]} title={t.theme[theme.value]} onClick={() => (theme.value = NEXT[theme.value])}>
        <Icon name={THEME_ICON[theme.value]} />
      </button>
      <AccountButton phone={phone} />
      <button class="tool" aria-label={t.help} title={t.help} onClick={() => (helpOpen.value = true)}>
        <Icon name="circle-question-mark" />
      </button>
    </header>
  );
}

function AccountButton({ phone }: { phone: boolean }) {
  const t = texts.value;
  const user = account.value?.user;
  const label = user ? t.signedInAs(user.display_name ?? user.name) : t.signIn;
  return (
    <button class="tool" aria-label={label} title={label} aria-pressed={signedIn.value} onClick={() => (accountOpen.value = true)}>
      <Icon name="circle-user-round" />
      {!phone && user && <span>{user.display_name ?? user.name}</span>}
    </button>
  );
}

function LineState() {
  const t = texts.value;
  const { state, brokenSince } = line.value;
  if (past.value) {
    return (
      <button class="line-state" title={t.backToLive} onClick={() => (wanted_ms.value = null)}>
        {clock(past.value.at, new Date(0), language.value)} · {t.backToLive}
      </button>
    );
  }
  const time = brokenSince?.toLocaleTimeString(language.value === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit' });
  return (
    <span class="line-state" data-line={state} role="status" title={state === 'reconnecting' ? t.reconnecting : undefined}>
      {state === 'live' ? t.live : state === 'connecting' ? t.connecting : t.staleSince(time ?? '')}
    </span>
  );
}
