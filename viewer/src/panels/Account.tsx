// Signing in and out, and choosing a password when one was invited: a native dialog, there while it is open.
//
// In: state/account. Out: its calls. What the server refuses is said in plain words.
import { computed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../api/client';
import { accountTexts } from '../i18n/account';
import { accept, account, accountOpen, identityProvider, invitation, providerAddress, signIn, signInFailed, signOut } from '../state/account';
import { language, texts } from '../state/settings';
import { Icon } from './Icon';

const words = computed(() => accountTexts(language.value));

export function Account() {
  const t = texts.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const user = account.value?.user;
  const title = invitation.value !== null ? words.value.choosePassword : user ? words.value.account : t.signIn;
  return (
    <dialog ref={dialog} class="account" aria-label={title} onClose={close} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <header>
        <h2>{title}</h2>
        <button class="tool" aria-label={t.close} onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      {invitation.value !== null ? <Invited /> : user ? <SignedIn /> : <SignIn />}
    </dialog>
  );
}

function close(): void {
  accountOpen.value = false;
  signInFailed.value = null;
}

function SignIn() {
  const t = texts.value;
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const why = signInFailed.value;
  const provider = identityProvider.value;
  return (
    <Form
      submit={t.signIn}
      beside={
        provider !== null && (
          <a class="button quiet" href={providerAddress()}>
            {words.value.signInWith(provider)}
          </a>
        )
      }
      act={() => signIn(name.current?.value.trim() ?? '', password.current?.value ?? '')}
    >
      {why !== null && (
        <p class="failed" role="alert">
          {wordsIn(words.value.signInFailed, why)}
        </p>
      )}
      <label>
        {words.value.userName}
        <input ref={name} autofocus name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required />
      </label>
      <label>
        {words.value.password}
        <input ref={password} type="password" name="password" autocomplete="current-password" required />
      </label>
    </Form>
  );
}

function Invited() {
  const password = useRef<HTMLInputElement>(null);
  return (
    <Form submit={words.value.setPassword} act={() => accept(password.current?.value ?? '')}>
      <p>{words.value.invited}</p>
      <label>
        {words.value.newPassword}
        <input ref={password} type="password" name="password" autocomplete="new-password" required />
      </label>
    </Form>
  );
}

function SignedIn() {
  const t = texts.value;
  const { user, roles } = account.value ?? {};
  return (
    <Form submit={words.value.signOut} act={signOut}>
      <dl>
        <div>
          <dt>{words.value.userName}</dt>
          <dd>{user?.name}</dd>
        </div>
        {roles?.map(({ role, zones }) => (
          <div key={role}>
            <dt>{words.value.roles[role]}</dt>
            <dd>{zones ? zones.join(t.separator) : words.value.wholeCommunity}</dd>
          </div>
        ))}
      </dl>
    </Form>
  );
}

interface FormProps {
  submit: string;
  act: () => Promise<void>;
  /** Another way to the same end. */
  beside?: preact.ComponentChildren;
  children: preact.ComponentChildren;
}

/** Fields with one deed: it runs once at a time, and says why it failed. */
function Form({ submit, act, beside, children }: FormProps) {
  const running = useSignal(false);
  const failed = useSignal<string | null>(null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (running.value) return;
    running.value = true;
    failed.value = null;
    await act().catch((error: unknown) => (failed.value = wordsOf(error)));
    running.value = false;
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      {children}
      {failed.value !== null && (
        <p class="failed" role="alert">
          {failed.value}
        </p>
      )}
      <button class="button" type="submit" disabled={running.value}>
        {submit}
      </button>
      {beside}
    </form>
  );
}

function wordsOf(error: unknown): string {
  const t = texts.value;
  if (!(error instanceof ApiError)) return words.value.accountFault;
  if (error.wait_s !== null) return words.value.waitSeconds(error.wait_s);
  if (error.failure === 'unreachable') return t.unreachableTitle;
  return wordsIn(words.value.accountProblems, error.code);
}

function wordsIn(byCode: Readonly<Record<string, string>>, code: string | null): string {
  return (code === null ? undefined : byCode[code]) ?? words.value.accountFault;
}
