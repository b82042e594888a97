// Settings of a resident: large type, language, appearance, who one is.
import '@preact/signals';
import { language, large, theme, type Theme } from '../state/preferences';
import { session, signOut, user } from '../state/resident/me';
import { go } from '../state/resident/route';
import { lazy } from './lazy';
import { Icon } from './parts';
import { words } from './report-words';

const OwnPhone = lazy(() => import('./OwnPhone').then((module) => module.OwnPhone));

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export function Me() {
  const t = words.value;
  return (
    <main class="r-page">
      <h1 tabIndex={-1}>{t.me}</h1>
      <div class="r-settings">
        <button class="r-setting" type="button" aria-pressed={large.value} onClick={() => (large.value = !large.value)}>
          <Icon name="accessibility" />
          {large.value ? t.largeOff : t.largeOn}
        </button>
        <button class="r-setting" type="button" onClick={() => (language.value = language.value === 'zh' ? 'en' : 'zh')}>
          <Icon name="languages" />
          <span lang={language.value === 'zh' ? 'en' : 'zh-CN'}>{t.language}</span>
        </button>
        <fieldset class="r-choice">
          <legend>{t.theme}</legend>
          {THEMES.map((name) => (
            <label key={name}>
              <input type="radio" name="theme" checked={theme.value === name} onChange={() => (theme.value = name)} />
              {t.themeName[name]}
            </label>
          ))}
        </fieldset>
        {user.value ? (
          <>
            <p>{t.signedInAs(user.value.name)}</p>
            {session.value?.phone_sign_in && <OwnPhone />}
            <button class="r-setting" type="button" onClick={() => void signOut()}>
              <Icon name="user" />
              {t.signOut}
            </button>
          </>
        ) : (
          <button class="r-setting" type="button" onClick={() => go({ page: 'sign-in' })}>
            <Icon name="user" />
            {t.signIn}
          </button>
        )}
      </div>
    </main>
  );
}
