// What a list of programming stands in, and a page of one thing on it.
//
// In: what is asked of the server. Out: title, tabs and figures above a list; the way back above a page.
import type { ComponentChildren } from 'preact';
import { Head, Known, SignInHint, useAsked, type Asked } from '../parts';
import { words } from '../words';
import { Back, Tabs, type SECTION_OF } from './parts';

type List = keyof typeof SECTION_OF;

interface Listed<F> {
  readonly under: string;
  /** What can be done with the list, beside its title. */
  readonly deeds: ComponentChildren;
  readonly figures: Asked<F>;
  readonly again: () => void;
  readonly standing: (figures: F) => ComponentChildren;
  readonly children: ComponentChildren;
}

export function Listing<F>({ under, deeds, figures, again, standing, children }: Listed<F>) {
  return (
    <>
      <Head title={words.value.programming} under={under}>
        {deeds}
      </Head>
      <SignInHint />
      <Tabs />
      <Known asked={figures} again={again}>
        {standing}
      </Known>
      {children}
    </>
  );
}

/** What a page of one thing is given: the thing as it is known, and how to know it anew. */
export interface Shown<T> {
  readonly detail: T;
  readonly again: () => void;
  readonly put: (detail: T) => void;
}

/** `name`: what it is asked under; `to`: the list that it stands on. */
export function One<T>({ name, to, ask, page }: { name: string; to: List; ask: (signal: AbortSignal) => Promise<T>; page: (shown: Shown<T>) => ComponentChildren }) {
  const [asked, again, put] = useAsked(name, ask);
  return (
    <>
      <Back to={to} />
      <SignInHint />
      <Known asked={asked} again={again}>
        {(detail) => page({ detail, again, put })}
      </Known>
    </>
  );
}
