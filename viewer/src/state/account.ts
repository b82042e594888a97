// Who uses the viewer: signed in, invited, or anyone.
//
// In: the server's session, an invitation in the page's address. Out: signals. Read by panels; whoever signs
// in or out sees what they may see then, at once.
import { computed, signal } from '@preact/signals-core';
import * as api from '../api/client';
import type { SessionView } from '../api/types';
import { reopen } from './live';
import { open } from './session';

export const account = signal<SessionView | null>(null);
export const accountOpen = signal(false);
/** The token of an invitation that waits for a password. */
export const invitation = signal<string | null>(null);
/** Whether there is someone to sign out. */
export const signedIn = computed(() => Boolean(account.value?.user));

const INVITATION = /^#invitation=([\w-]{1,256})$/;

/** Takes an invitation out of the page's address, so that it stays in no history, and asks who one is. */
export function startAccount(): void {
  const token = INVITATION.exec(location.hash)?.[1];
  if (token) {
    history.replaceState(null, '', location.pathname + location.search);
    invitation.value = token;
    accountOpen.value = true;
  }
  api.getSession().then(
    (session) => (account.value = session),
    // The page says by itself that the server is away.
    () => undefined,
  );
}

export async function signIn(name: string, password: string): Promise<void> {
  account.value = await api.signIn(name, password);
  accountOpen.value = false;
  seeAnew();
}

export async function signOut(): Promise<void> {
  await api.signOut();
  account.value = await api.getSession();
  accountOpen.value = false;
  seeAnew();
}

/** Chooses the invited one's password, and signs them in. */
export async function accept(password: string): Promise<void> {
  const token = invitation.peek();
  if (token === null) return;
  const name = await api.acceptInvitation(token, password);
  invitation.value = null;
  await signIn(name, password);
}

function seeAnew(): void {
  open();
  reopen();
}
