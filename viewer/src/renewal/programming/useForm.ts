// A form over a member of a list: entered anew, or changed; who was overtaken keeps what they wrote and sees the rest as
// it is now.
//
// In: what the form begins with, how words become a plan. Out: what is written and what is wrong with it, and saving.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ApiError } from '../../api/client';
import type { List } from '../../api/programming';
import { changedParts, entered, rebased, type Faults, type Whole } from '../../state/renewal/programming-forms';
import { useDeed } from '../parts';

/** A plan as the server has it. */
export interface Base<P> {
  readonly id: number;
  readonly plan: P;
  readonly version: number;
}

export interface FormOf<W, P, D> {
  readonly list: Pick<List<unknown, D, P, never, string, unknown>, 'enter' | 'one'> & { readonly change: (id: number, patch: never) => Promise<D> };
  readonly baseOf: (detail: D) => Base<P>;
  readonly wordsOf: (plan: P) => W;
  readonly planOf: (words: W) => Whole<P>;
  readonly faultsOf: (words: W) => Faults;
}

export interface Written<W> {
  readonly words: W;
  readonly change: (changes: Partial<W>) => void;
  readonly faults: Faults;
  readonly busy: boolean;
  readonly why: string | null;
  readonly overtaken: boolean;
  readonly unchanged: boolean;
  /** Saves it; gives its number, or null where that failed. */
  readonly save: () => Promise<number | null>;
}

export function useForm<W extends object, P extends object, D>({ list, baseOf, wordsOf, planOf, faultsOf }: FormOf<W, P, D>, first: W, from: Base<P> | null): Written<W> {
  const written = useSignal<W>(first);
  const base = useSignal<Base<P> | null>(from);
  const overtaken = useSignal(false);
  // One that is sent twice enters one member; other words are another one.
  const key = useRef('');
  const { busy, why, run } = useDeed();
  const change = (changes: Partial<W>): void => {
    written.value = { ...written.peek(), ...changes };
    key.current = '';
  };
  const changesOf = (words: W, onto: Base<P>): readonly (keyof P & string)[] => changedParts(planOf(words), planOf(wordsOf(onto.plan)));
  const enter = async (): Promise<number> => {
    key.current ||= crypto.randomUUID();
    return (await list.enter(entered(planOf(written.peek())), key.current)).id;
  };
  const alter = async (onto: Base<P>): Promise<number | null> => {
    const plan = planOf(written.peek());
    const patch = { ...Object.fromEntries(changesOf(written.peek(), onto).map((part) => [part, plan[part]])), version: onto.version };
    try {
      await list.change(onto.id, patch as never);
      return onto.id;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      const now = baseOf(await list.one(onto.id));
      written.value = rebased(written.peek(), wordsOf(onto.plan), wordsOf(now.plan));
      [base.value, overtaken.value] = [now, true];
      return null;
    }
  };
  const save = async (): Promise<number | null> => {
    let id: number | null = null;
    overtaken.value = false;
    const onto = base.peek();
    await run(async () => (id = onto ? await alter(onto) : await enter()));
    return id;
  };
  return {
    words: written.value, change, faults: faultsOf(written.value), busy, why, overtaken: overtaken.value, save,
    unchanged: base.value !== null && changesOf(written.value, base.value).length === 0,
  };
}
