// Signing in, in whichever way the server offers: with a code to one's telephone, with name and password, through an
// identity provider, by an invitation; back to where one came from.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { acceptInvitation, signIn } from '../api/client';
import { askForCode, signInWithCode } from '../api/phone';
import { takeErrand } from '../state/resident/errand';
import { askWho, online, reachable, session } from '../state/resident/me';
import { back, route } from '../state/resident/route';
import { Loading, Page } from './parts';
import { PhoneCode } from './PhoneCode';
import { failure, words } from './sign-in-words';

export function SignIn() {
  const t = words.value;
  const [errand, take] = useState(takeErrand);
  // A link that is opened while one is here already.
  useEffect(() => {
    const next = takeErrand();
    if (next) take(next);
  }, [route.value]);
  const wantsPassword = useSignal(false);
  if (errand?.what === 'invitation') return <Invited token={errand.value} />;
  const seen = session.value;
  // Which ways there are is known in a moment; a form that became another one would swallow what is typed.
  if (!seen && online.value && reachable.value) return <Page title={t.signIn}><Loading /></Page>;
  const phone = (seen?.phone_sign_in ?? false) && !wantsPassword.value;
  const why = errand ? (t.signInFailed as Readonly<Record<string, string>>)[errand.value] : undefined;
  return (
    <Page title={t.signIn}>
      {errand && <p class="r-failed" role="alert">{why ?? t.accountFault}</p>}
      {phone ? <PhoneCode ask={askForCode} prove={comeInWithCode} sent={t.codeSent} submit={t.signIn} /> : <Password />}
      {(seen?.phone_sign_in === true || seen?.identity_provider) && (
        <section class="r-other" aria-label={t.otherWays}>
          {seen.phone_sign_in && (
            <button class="r-button quiet" type="button" onClick={() => (wantsPassword.value = phone)}>
              {phone ? t.withPassword : t.withPhone}
            </button>
          )}
          {seen.identity_provider && <a class="r-button quiet" href={providerAddress()}>{t.signInWith(seen.identity_provider)}</a>}
        </section>
      )}
    </Page>
  );
}

/** Leads to the identity provider, and from there to the first page. */
const providerAddress = (): string => `/api/v1/session/oidc?return=${encodeURIComponent(location.pathname + location.search)}`;

async function comeInWithCode(phone: string, code: string): Promise<void> {
  await signInWithCode(phone, code);
  await comeIn();
}

async function comeIn(): Promise<void> {
  await askWho();
  back();
}

const textOf = (fields: FormData, name: string): string => (fields.get(name) as string | null) ?? '';

function Password() {
  const t = words.value;
  const enter = async (fields: FormData): Promise<void> => {
    await signIn(textOf(fields, 'username').trim(), textOf(fields, 'password'));
    await comeIn();
  };
  return (
    <Form submit={t.signIn} act={enter}>
      <label>
        {t.userName}
        <input name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required />
      </label>
      <label>
        {t.password}
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
    </Form>
  );
}

function Invited({ token }: { token: string }) {
  const t = words.value;
  const accept = async (fields: FormData): Promise<void> => {
    const password = textOf(fields, 'password');
    await signIn(await acceptInvitation(token, password), password);
    await comeIn();
  };
  return (
    <Page title={t.choosePassword}>
      <Form submit={t.setPassword} act={accept}>
        <p>{t.invited}</p>
        <label>
          {t.newPassword}
          <input name="password" type="password" autocomplete="new-password" required />
        </label>
      </Form>
    </Page>
  );
}

/** Fields with one deed: it runs once at a time, and says why it failed. */
function Form({ submit, act, children }: { submit: string; act: (fields: FormData) => Promise<void>; children: ComponentChildren }) {
  const failed = useSignal<string | null>(null);
  const busy = useSignal(false);
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    [busy.value, failed.value] = [true, null];
    await act(new FormData(event.target as HTMLFormElement)).catch((error: unknown) => (failed.value = failure(error)));
    busy.value = false;
  };
  return (
    <form class="r-form" onSubmit={(event) => void send(event)}>
      {children}
      {failed.value !== null && <p class="r-failed" role="alert">{failed.value}</p>}
      <button class="r-button" disabled={busy.value}>{submit}</button>
    </form>
  );
}
