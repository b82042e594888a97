// Signing in with a name and a password; back to where one came from.
import { useSignal } from '@preact/signals';
import { ApiError, signIn } from '../api/client';
import { askWho } from '../state/resident/me';
import { back } from '../state/resident/route';
import { Page } from './parts';
import { words } from './report-words';

export function SignIn() {
  const t = words.value;
  const failed = useSignal<string | null>(null);
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    [busy.value, failed.value] = [true, null];
    const fields = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => (fields.get(name) as string | null) ?? '';
    try {
      await signIn(text('username').trim(), text('password'));
      await askWho();
      back();
    } catch (error) {
      const denied = error instanceof ApiError && error.failure === 'denied';
      failed.value = denied ? t.signInFailed : error instanceof ApiError && error.failure === 'unreachable' ? t.unreachable : t.failed + (error instanceof ApiError ? (error.detail ?? '') : '');
    }
    busy.value = false;
  };
  return (
    <Page title={t.signIn}>
      <form class="r-form" onSubmit={(event) => void submit(event)}>
        <label>
          {t.userName}
          <input name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required />
        </label>
        <label>
          {t.password}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
        <button class="r-button" disabled={busy.value}>{t.signIn}</button>
      </form>
    </Page>
  );
}
