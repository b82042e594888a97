// What the pages of the work on renewal are made of: what is asked of the server and shown once it is there, deeds that
// say why they failed, figures in a row.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../api/client';
import { account, accountOpen, signedIn } from '../state/account';
import { hashOf, page, route } from '../state/renewal/route';
import { words } from './words';

/** What the server is asked for: not answered yet, refused, or there. */
export type Asked<T> = { readonly state: 'asking' } | { readonly state: 'failed'; readonly why: string } | { readonly state: 'known'; readonly it: T };

/** Why something failed, in words that say what to do. */
export function whyOf(error: unknown): string {
  const t = words.value;
  if (!(error instanceof ApiError)) return t.failed + String(error);
  if (error.failure === 'unreachable') return t.unreachable;
  if (error.failure === 'missing') return t.missing;
  if (error.status === 412) return t.overtaken;
  if (error.failure === 'denied') return signedIn.value ? t.denied : t.signInToWork;
  return t.failed + (error.detail ?? error.message);
}

/**
 * Asks the server for something whenever `key` or whoever is signed in changes, and again on `again`; what was there
 * stays until the next answer. An answer that a later question has overtaken is dropped.
 */
export function useAsked<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): readonly [Asked<T>, () => void, (it: T) => void] {
  const asked = useSignal<Asked<T>>({ state: 'asking' });
  const round = useSignal(0);
  const who = account.value?.user?.name ?? '';
  useEffect(() => {
    const stop = new AbortController();
    if (asked.peek().state === 'failed') asked.value = { state: 'asking' };
    ask(stop.signal).then(
      (it) => !stop.signal.aborted && (asked.value = { state: 'known', it }),
      (error: unknown) => !stop.signal.aborted && (asked.value = { state: 'failed', why: whyOf(error) }),
    );
    return () => stop.abort();
  }, [key, who, round.value]);
  return [asked.value, () => void (round.value += 1), (it) => void (asked.value = { state: 'known', it })];
}

/** What is shown of something asked for. */
export function Known<T>({ asked, again, children }: { asked: Asked<T>; again: () => void; children: (it: T) => ComponentChildren }) {
  if (asked.state === 'known') return <>{children(asked.it)}</>;
  if (asked.state === 'asking')
    return (
      <p class="n-empty" role="status">
        {words.value.loading}
      </p>
    );
  return (
    <p class="n-empty" role="alert">
      {asked.why}{' '}
      <button class="link" type="button" onClick={again}>
        {words.value.retry}
      </button>
    </p>
  );
}

/** A deed that runs once at a time; `why` says why the last one failed. */
export function useDeed(): { readonly busy: boolean; readonly why: string | null; readonly run: (deed: () => Promise<unknown>) => Promise<boolean> } {
  const busy = useSignal(false);
  const why = useSignal<string | null>(null);
  const run = async (deed: () => Promise<unknown>): Promise<boolean> => {
    if (busy.peek()) return false;
    [busy.value, why.value] = [true, null];
    try {
      await deed();
      return true;
    } catch (error) {
      why.value = whyOf(error);
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, why: why.value, run };
}

/** Why a deed failed, where it was tried. */
export function Failed({ why }: { why: string | null }) {
  return why === null ? null : (
    <p class="n-failed" role="alert">
      {why}
    </p>
  );
}

/** For who is not signed in: that signing in lets them work. */
export function SignInHint() {
  if (signedIn.value || !account.value || account.value.roles.length > 0) return null;
  return (
    <p class="n-note">
      <button class="link" type="button" onClick={() => (accountOpen.value = true)}>
        {words.value.signInToWork}
      </button>
    </p>
  );
}

/** A title, what it is about, and what one can do, above a page's content. */
export function Head({ title, under, children }: { title: string; under?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <header class="n-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {under !== undefined && <p>{under}</p>}
      </div>
      {children !== undefined && <div class="n-actions">{children}</div>}
    </header>
  );
}

/** To the report of this year, which tells of check-ups and projects together. */
export const YearLink = () => (
  <a class="button quiet" href={hashOf('report')}>
    {words.value.report}
  </a>
);

/** Figures that say how things stand. */
export function Figures({ of }: { of: readonly (readonly [name: string, value: string, note?: string])[] }) {
  return (
    <dl class="n-figures">
      {of.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Begins each page at its top, and lets a reader of the screen hear its title. */
export function usePageStart(): void {
  useEffect(() => {
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('.n-page h1')?.focus({ preventScroll: true });
  }, [page.value, route.value.id]);
}
