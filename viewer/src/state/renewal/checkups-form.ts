// The form of a check-up: the values that the server has, what is typed over them, and the sending of it.
//
// In: what is typed, presses. Out: signals. What cannot be sent stays and is sent again by itself; what the server does
// not take is told beside its field, and does not keep the rest from being taken.
import { batch, computed, signal } from '@preact/signals-core';
import { getValues, putValues, type IndicatorValue } from '../../api/checkups';
import { ApiError } from '../../api/client';
import { faultsOf, keyOf, numberOf, objectOf, readDrafts, valueOf, writeDrafts, type Draft, type Drafts } from './checkups-drafts';

/** Why a draft was not taken. */
export type Trouble =
  | { readonly why: 'not_a_number' }
  /** Someone gave another value, or took it out, while it was typed. */
  | { readonly why: 'meanwhile'; readonly theirs: IndicatorValue | null }
  /** The server named the field. */
  | { readonly why: 'refused'; readonly field: string; readonly words: string };

const FIRST_RETRY_MS = 3000;
const LONGEST_RETRY_MS = 60_000;
/** As many as the server takes at a time. */
const FORM_LIMIT = 1000;

type Values = ReadonlyMap<string, IndicatorValue>;
const byKey = (values: readonly IndicatorValue[]): Map<string, IndicatorValue> => new Map(values.map((value) => [keyOf(value.indicator, value.object), value]));

export type Form = ReturnType<typeof openForm>;

/** Opens the form of a check-up for whoever is signed in. `close` ends what runs by itself; drafts stay. */
export function openForm(checkUp: number, who: string, known: readonly IndicatorValue[], storage: Storage = localStorage) {
  const values = signal<Values>(byKey(known));
  const drafts = signal<Drafts>(readDrafts(checkUp, who, storage));
  const troubles = signal<ReadonlyMap<string, Trouble>>(new Map());
  const sending = signal(false);
  /** Whether the server was there when it was tried last. */
  const reached = signal(true);
  /** What the server said against all of it, such as that collecting has ended. */
  const refused = signal<unknown>(null);
  const savedAt = signal<Date | null>(null);
  const kept = signal(true);
  let [timer, wait_ms] = [0, FIRST_RETRY_MS];

  const put = (next: Map<string, Draft>): void => {
    drafts.value = next;
    kept.value = writeDrafts(checkUp, who, next, storage);
  };
  const without = <T>(map: ReadonlyMap<string, T>, keys: readonly string[]): Map<string, T> => new Map([...map].filter(([key]) => !keys.includes(key)));
  const mark = (more: readonly (readonly [string, Trouble])[]): void => void (troubles.value = new Map([...troubles.peek(), ...more]));

  /** Notes what is typed; typing what the server has already leaves nothing to send. */
  function write(key: string, change: Partial<Pick<Draft, 'text' | 'remark'>>): void {
    const there = values.peek().get(key);
    const before = drafts.peek().get(key) ?? { text: there ? String(there.value) : '', remark: remarkOf(there), base: there?.at ?? null, asked: false };
    const next = { ...before, ...change, asked: false };
    const same = next.base === (there?.at ?? null) && numberOf(next.text) === (there?.value ?? null) && next.remark.trim() === remarkOf(there);
    batch(() => {
      put(same ? without(drafts.peek(), [key]) : new Map([...drafts.peek(), [key, next]]));
      troubles.value = without(troubles.peek(), [key]);
    });
  }

  function drop(key: string): void {
    put(without(drafts.peek(), [key]));
    troubles.value = without(troubles.peek(), [key]);
  }

  /** Saves drafts; those that someone else was faster with are held back until they are saved once more. */
  async function save(keys: readonly string[]): Promise<void> {
    const meant = keys.filter((key) => drafts.peek().has(key));
    const wrong = meant.filter((key) => {
      const value = numberOf(drafts.peek().get(key)?.text ?? '');
      // A remark alone says nothing.
      return Number.isNaN(value) || (value === null && !values.peek().has(key));
    });
    mark(wrong.map((key) => [key, { why: 'not_a_number' }]));
    const asked = meant.filter((key) => !wrong.includes(key));
    put(new Map([...drafts.peek()].map(([key, draft]) => [key, asked.includes(key) ? { ...draft, asked: true } : draft])));
    await send();
  }

  /** Sends whatever was asked to be saved. */
  async function send(): Promise<void> {
    if (sending.peek()) return;
    clearTimeout(timer);
    [sending.value, refused.value] = [true, null];
    try {
      // What was asked for while this was on its way goes next.
      for (let keys = waiting(); keys.length > 0; keys = waiting()) await sendOnce(keys.slice(0, FORM_LIMIT));
      [reached.value, wait_ms] = [true, FIRST_RETRY_MS];
    } catch (error) {
      reached.value = !(error instanceof ApiError && error.failure === 'unreachable');
      if (reached.peek()) {
        refused.value = error;
        hold(waiting());
      } else {
        timer = window.setTimeout(() => void send(), wait_ms);
        wait_ms = Math.min(2 * wait_ms, LONGEST_RETRY_MS);
      }
    } finally {
      sending.value = false;
    }
  }

  const waiting = (): string[] => [...drafts.peek()].filter(([, { asked }]) => asked).map(([key]) => key);
  /** They stay, but are not sent again by themselves. */
  const hold = (keys: readonly string[]): void => put(new Map([...drafts.peek()].map(([key, draft]) => [key, keys.includes(key) ? { ...draft, asked: false } : draft])));

  async function sendOnce(keys: readonly string[]): Promise<void> {
    await refresh([...new Set(keys.map(objectOf))]);
    const overtaken = keys.filter((key) => (drafts.peek().get(key)?.base ?? null) !== (values.peek().get(key)?.at ?? null));
    batch(() => {
      hold(overtaken);
      mark(overtaken.map((key) => [key, { why: 'meanwhile', theirs: values.peek().get(key) ?? null }]));
      // Whoever saves it again has seen theirs.
      put(new Map([...drafts.peek()].map(([key, draft]) => [key, overtaken.includes(key) ? { ...draft, base: values.peek().get(key)?.at ?? null } : draft])));
    });
    const sent = keys.flatMap((key) => {
      const draft = overtaken.includes(key) ? undefined : drafts.peek().get(key);
      return draft ? [[key, draft] as const] : [];
    });
    if (sent.length > 0) await putOrMark(sent);
  }

  async function putOrMark(sent: readonly (readonly [string, Draft])[]): Promise<void> {
    try {
      await putValues(checkUp, sent.map(([key, draft]) => valueOf(key, draft, values.peek().get(key)?.photos ?? [])));
    } catch (error) {
      const faults = faultsOf(error instanceof ApiError ? error.errors : []);
      if (faults.size === 0) throw error;
      const wrong = [...faults].flatMap(([at, fault]) => (sent[at] ? [[sent[at][0], { why: 'refused', ...fault }] as const] : []));
      // Errors that name none of what was sent would be sent for ever.
      if (wrong.length === 0) throw error;
      batch(() => {
        mark(wrong);
        hold(wrong.map(([key]) => key));
      });
      return;
    }
    // What was typed over it in the meantime stays, over what was just stored.
    const done = sent.filter(([key, draft]) => drafts.peek().get(key) === draft).map(([key]) => key);
    const typed = sent.map(([key]) => key).filter((key) => !done.includes(key));
    batch(() => {
      put(without(drafts.peek(), done));
      troubles.value = without(troubles.peek(), done);
      savedAt.value = new Date();
    });
    await refresh([...new Set(sent.map(([key]) => objectOf(key)))]);
    put(new Map([...drafts.peek()].map(([key, draft]) => [key, typed.includes(key) ? { ...draft, base: values.peek().get(key)?.at ?? null } : draft])));
  }

  /** Reads values anew: of some objects, or all. */
  async function refresh(objects: readonly string[] | null = null): Promise<void> {
    if (objects === null || objects.length > 8) {
      values.value = byKey(await getValues(checkUp, null));
      return;
    }
    const fresh = (await Promise.all(objects.map((object) => getValues(checkUp, object)))).flat();
    values.value = new Map([...[...values.peek()].filter(([key]) => !objects.includes(objectOf(key))), ...byKey(fresh)]);
  }

  const online = (): void => void send();
  addEventListener('online', online);
  // What the page before could not send.
  void send();
  return {
    values, drafts, troubles, sending, reached, refused, savedAt, kept, write, drop, save, send, refresh,
    /** Drafts by object. */
    unsent: computed(() => {
      const found = new Map<string, string[]>();
      for (const key of drafts.value.keys()) found.set(objectOf(key), [...(found.get(objectOf(key)) ?? []), key]);
      return found;
    }),
    close: (): void => {
      clearTimeout(timer);
      removeEventListener('online', online);
    },
  };
}

/** What was said with a value; for what was computed that is of what it was. */
export const remarkOf = (value: IndicatorValue | undefined): string => (value?.source === 'computed' ? '' : (value?.remark ?? ''));

