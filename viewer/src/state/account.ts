// Who uses the viewer: signed in, invited, or anyone.
//
// In: the server's session; an invitation, or why a sign-in failed, in the page's address. Out: signals. Read by panels; whoever signs
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
/** Why the identity provider brought nobody in. */
export const signInFailed = signal<string | null>(null);
/** What the identity provider is called, if there is one. */
export const identityProvider = computed(() => account.value?.identity_provider ?? null);
/** Whether there is someone to sign out. */
export const signedIn = computed(() => Boolean(account.value?.user));

const ERRAND = /^#(invitation|sign-in-failed)=([\w-]{1,256})$/;

/** Takes what the page was sent for out of its address, so that it stays in no history, and asks who one is. */
export function startAccount(): void {
  const [, what, value] = ERRAND.exec(location.hash) ?? [];
  if (what && value) {
    history.replaceState(null, '', location.pathname + location.search);
    (what === 'invitation' ? invitation : signInFailed).value = value;
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

/** The address that leads to the identity provider, and from there to this very view. */
export function providerAddress(): string {
  return `/api/v1/session/oidc?return=${encodeURIComponent(location.pathname + location.search + location.hash)}`;
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
