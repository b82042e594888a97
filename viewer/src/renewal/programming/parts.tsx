// What the pages of programming share: tabs, states, filters, pages of a list, deeds, what happened.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Page } from '../../api/programming';
import type { ProjectPlace } from '../../api/project-work';
import { account } from '../../state/account';
import { FILTERS, questionOf, tableOf, type ListName } from '../../state/renewal/programming';
import { hashOf, narrow, route, type Section } from '../../state/renewal/route';
import { zones } from '../../state/session';
import { Failed, Known, useAsked, useDeed } from '../parts';
import { PlaceLink } from '../projects/PlaceLink';
import { Area } from '../projects/fields';
import { momentOf, zoneName } from '../projects/words';
import { useWork } from '../projects/useWork';
import { words } from '../words';
import { listed, texts, zonesIn } from './words';

type Doing = 'read_programming' | 'manage_resources' | 'collect_needs' | 'plan_tasks' | 'plan_projects' | 'read_check_ups';

/** Whether whoever looks may do something, in some place at least: the server decides at each. */
export const may = (action: Doing): boolean => account.value?.actions.includes(action) ?? false;

export const SECTION_OF = { tasks: 'programming', resources: 'programming/resources', needs: 'programming/needs', problems: 'programming/problems' } as const satisfies Readonly<Record<keyof typeof texts.value.lists, Section>>;

export function Tabs() {
  const t = texts.value;
  return (
    <nav class="n-tabs" aria-label={t.listsOf}>
      {(Object.keys(SECTION_OF) as (keyof typeof SECTION_OF)[]).map((one) => (
        <a key={one} href={hashOf(SECTION_OF[one])} aria-current={route.value.section === SECTION_OF[one] ? 'page' : undefined}>
          {t.lists[one]}
        </a>
      ))}
    </nav>
  );
}

export const Back = ({ to }: { to: keyof typeof SECTION_OF }) => (
  <p class="k-back">
    <a href={hashOf(SECTION_OF[to])}>{texts.value.lists[to]}</a>
  </p>
);

/** A state by its word; colour and shape say whether it waits, goes on, is over or was ended. */
export const StateMark = ({ of, word }: { of: string; word: string }) => (
  <span class="n-mark g-state" data-state={of}>
    {word}
  </span>
);

/** How long one writes before it is asked. */
const PAUSE_MS = 350;

export interface Choice {
  readonly key: keyof typeof texts.value.all;
  readonly from: Readonly<Record<string, string>>;
}

/** What a list is narrowed to, in the address. */
export function Filters({ list, choices }: { list: ListName; choices: readonly Choice[] }) {
  const t = texts.value;
  const { query } = route.value;
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const write = (text: string): void => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => narrow({ text }), PAUSE_MS);
  };
  const all: readonly Choice[] = [...choices, { key: 'zone', from: Object.fromEntries(zones.value.map(({ id }) => [id, zoneName(id)])) }];
  return (
    <div class="n-filters" role="search" aria-label={t.filters}>
      <input class="n-input" type="search" aria-label={t.search} placeholder={t.search} value={query.get('text') ?? ''} onInput={({ currentTarget }) => write(currentTarget.value)} />
      {all.map(({ key, from }) => (
        <select key={key} class="n-input" aria-label={t.all[key]} value={query.get(key) ?? ''} onChange={({ currentTarget }) => narrow({ [key]: currentTarget.value })}>
          <option value="">{t.all[key]}</option>
          {Object.entries(from).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      ))}
      {Object.keys(questionOf(list, query)).length > 0 && (
        <button class="link p-clear" type="button" onClick={() => narrow(Object.fromEntries(FILTERS[list].map((key) => [key, ''])))}>
          {t.clear}
        </button>
      )}
    </div>
  );
}

interface PagesProps<R> {
  readonly list: ListName;
  readonly ask: (query: Readonly<Record<string, string>>, before: number | null, signal?: AbortSignal) => Promise<Page<R>>;
  /** What is said where the list is empty. */
  readonly none: string;
  readonly children: (rows: readonly R[]) => ComponentChildren;
}

/** The pages of a list that answer the address, the newest first. */
export function Pages<R>({ list, ask, none, children }: PagesProps<R>) {
  const t = texts.value;
  const question = questionOf(list, route.value.query);
  const key = JSON.stringify([list, question]);
  const older = useSignal<{ readonly of: string; readonly rows: readonly R[]; readonly next: number | null } | null>(null);
  const { busy, why, run } = useDeed();
  const [asked, again] = useAsked(key, async (signal) => {
    const page = await ask(question, null, signal);
    older.value = { of: key, rows: [], next: page.next };
    return page;
  });
  const more = (next: number): Promise<boolean> =>
    run(async () => {
      const page = await ask(question, next);
      if (older.peek()?.of === key) older.value = { of: key, rows: [...(older.peek()?.rows ?? []), ...page.rows], next: page.next };
    });
  const table = tableOf(list, route.value.query);
  return (
    <Known asked={asked} again={again}>
      {({ rows, total }) => {
        const shown = [...rows, ...(older.value?.of === key ? older.value.rows : [])];
        const next = older.value?.of === key ? older.value.next : null;
        if (total === 0) return <p class="n-empty">{Object.keys(question).length === 0 ? none : t.nothingFits}</p>;
        return (
          <>
            <p class="p-count" role="status">
              <span>{t.shown(shown.length, total)}</span>
              <a href={table.path} download={`${list}.csv`}>
                {words.value.export}
              </a>
              {table.ignores && <small>{t.exportIgnores}</small>}
            </p>
            {children(shown)}
            <Failed why={why} />
            {next !== null && (
              <p class="k-more">
                <button class="button quiet" type="button" disabled={busy} onClick={() => void more(next)}>
                  {t.more}
                </button>
              </p>
            )}
          </>
        );
      }}
    </Known>
  );
}

/** Names and values, one under the other; what is not there is left out. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <section class="n-card">
      <h2>{texts.value.facts}</h2>
      <dl class="facts k-facts">
        {of
          .filter(([, value]) => value !== '' && value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

export function Where({ zones: of, places }: { zones: readonly string[] | undefined; places: readonly ProjectPlace[] | undefined }) {
  const t = texts.value;
  return (
    <section class="n-card">
      <h2>{t.where}</h2>
      <p class="n-note">{zonesIn(of)}</p>
      {(places ?? []).length === 0 ? (
        <p class="n-note">{t.noPlaces}</p>
      ) : (
        <ul class="p-lines">
          {places?.map((place, at) => (
            <li key={at}>
              <PlaceLink place={place} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What must be said with a deed; with others one may say something. */
const SAID: Readonly<Record<string, 'reason' | 'account'>> = { use_up: 'account', meet: 'account', withdraw: 'reason', restore: 'reason', dismiss: 'reason', reopen: 'reason', drop: 'reason' };
/** Deeds that lead on; the others are quieter. */
const LEADING: readonly string[] = ['adopt', 'meet'];

interface DeedsProps<A extends string, D> {
  readonly possible: readonly A[];
  readonly names: Readonly<Record<A, string>>;
  readonly act: (deed: A, text: string) => Promise<D>;
  readonly put: (detail: D) => void;
  readonly again: () => void;
}

/** What one may do now: a press opens what is to be said with it, a second one does it. */
export function Deeds<A extends string, D>(props: DeedsProps<A, D>) {
  const { possible, names } = props;
  const chosen = useSignal<A | null>(null);
  if (possible.length === 0) return null;
  const open = possible.find((deed) => deed === chosen.value) ?? null;
  return (
    <section class="k-deeds">
      <div class="n-actions" role="group" aria-label={texts.value.deeds}>
        {possible.map((deed) => (
          <button key={deed} class={LEADING.includes(deed) ? 'button' : 'button quiet'} type="button" data-deed={deed} aria-expanded={open === deed} onClick={() => (chosen.value = open === deed ? null : deed)}>
            {names[deed]}
          </button>
        ))}
      </div>
      {open !== null && <Saying key={open} deed={open} close={() => (chosen.value = null)} {...props} />}
    </section>
  );
}

function Saying<A extends string, D>({ deed, names, act, put, again, close }: DeedsProps<A, D> & { deed: A; close: () => void }) {
  const t = texts.value;
  const text = useSignal('');
  const wanting = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const { busy, why, work } = useWork({ put, again });
  const said = SAID[deed] ?? 'remark';
  useEffect(() => form.current?.querySelector<HTMLElement>('textarea')?.focus(), []);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    wanting.value = said !== 'remark' && text.peek().trim() === '';
    if (!wanting.peek() && (await work(() => act(deed, text.peek().trim())))) close();
  };
  return (
    <form class="n-card n-form k-saying" ref={form} onSubmit={(event) => void send(event)} noValidate>
      <Area label={t[said]} rows={2} value={text.value} required={said !== 'remark'} wrong={wanting.value ? t.required : null} write={(value) => ([text.value, wanting.value] = [value, false])} />
      <Failed why={why} />
      <div class="k-submit">
        <button class="button" type="submit" disabled={busy}>
          {names[deed]}
        </button>
        <button class="button quiet" type="button" onClick={close}>
          {words.value.cancel}
        </button>
      </div>
    </form>
  );
}

interface Entry {
  readonly at: string;
  readonly deed?: string | null | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly task?: number | null | undefined;
  readonly project?: number | null | undefined;
  readonly party: string;
  readonly version: number;
  readonly text?: string | null | undefined;
}

/** What happened, newest first. */
export function Trail({ entries, deeds }: { entries: readonly Entry[]; deeds: Readonly<Record<string, string>> }) {
  const t = texts.value;
  const what = ({ deed, fields = [] }: Entry): string => {
    if (deed) return deeds[deed] ?? deed;
    return fields.length === 0 ? t.entered : t.changedPlan(listed(fields.map((field) => t.form.fields[field] ?? field)));
  };
  return (
    <section class="n-card">
      <h2>{words.value.trail}</h2>
      <ol class="p-trail">
        {entries.map((entry) => (
          <li key={entry.version}>
            <b>{what(entry)}</b>
            <small>
              {[words.value.by(t.parties[entry.party] ?? entry.party), typeof entry.task === 'number' ? t.afterTask(entry.task) : '', typeof entry.project === 'number' ? t.afterProject(entry.project) : '', momentOf(entry.at)].filter(Boolean).join(' · ')}
            </small>
            {entry.text && <p class="p-words">{entry.text}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
