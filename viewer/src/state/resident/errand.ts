// What someone was sent to the residents' page for: an invitation, or word from the identity provider that it let
// nobody in. It stands behind `#`, so that it stays out of the server's log.
//
// In: the page's address. Out: what it says, taken out of it. Called by the page on which one signs in.
export interface Errand {
  readonly what: 'invitation' | 'sign-in-failed';
  /** The invitation's token, or why nobody was let in. */
  readonly value: string;
}

const ERRAND = /^#(invitation|sign-in-failed)=([\w-]{1,256})$/;

export function errandOf(hash: string): Errand | null {
  const [, what, value] = ERRAND.exec(hash) ?? [];
  return what && value ? { what: what as Errand['what'], value } : null;
}

/** Takes it out of the address, so that it stays in no history either. */
export function takeErrand(): Errand | null {
  const errand = errandOf(location.hash);
  if (errand) history.replaceState(history.state, '', '#sign-in');
  return errand;
}
