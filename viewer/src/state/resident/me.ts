// Who the resident is: signed in or not, and whether the server answers.
//
// In: the server's session. Out: signals. Called by the pages.
import { computed, signal } from '@preact/signals-core';
import { ApiError, getSession, signOut as endSession } from '../../api/client';
import type { SessionView } from '../../api/types';

export const session = signal<SessionView | null>(null);
export const user = computed(() => session.value?.user ?? null);
/** Whether the last request got an answer. */
export const reachable = signal(true);
export const online = signal(navigator.onLine);

/** Asks who one is; called at the start, and whenever the phone is back on the network. */
export async function askWho(): Promise<void> {
  await reaching(getSession()).then(
    (seen) => (session.value = seen),
    () => undefined,
  );
}

/** Waits for an answer, and remembers whether there was one. */
export async function reaching<T>(answer: Promise<T>): Promise<T> {
  try {
    const value = await answer;
    reachable.value = true;
    return value;
  } catch (error) {
    reachable.value = !(error instanceof ApiError && error.failure === 'unreachable');
    throw error;
  }
}

export async function signOut(): Promise<void> {
  await endSession();
  await askWho();
}

export function startMe(): void {
  addEventListener('online', () => {
    online.value = true;
    void askWho();
  });
  addEventListener('offline', () => (online.value = false));
  void askWho();
}
