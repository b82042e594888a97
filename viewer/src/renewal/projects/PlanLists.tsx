// Sections of the form of a plan that are lists: money with sources, phases, alternatives, parties, documents.
import type { ComponentChildren } from 'preact';
import { Icon } from '../../panels/Icon';
import { dayAt } from '../../state/renewal/project-days';
import { fenOf, freshId } from '../../state/renewal/project-plan';
import { publication } from '../../state/session';
import { words as around } from '../words';
import { Amount, Area, Input, Pick } from './fields';
import { planWords } from './plan-words';
import type { Writing } from './PlanForm';
import { moneyOf, projectWords } from './words';

interface RowsOf<T> {
  readonly of: readonly T[];
  readonly write: (rows: readonly T[]) => void;
  readonly fresh: () => T;
  readonly add: string;
  readonly name: string;
  /** Why a row has to stay. */
  readonly stays?: (row: T) => string | null;
  readonly children: (row: T, at: number, change: (changes: Partial<T>) => void) => ComponentChildren;
}

/** Rows that are added, changed and taken out. */
function Rows<T>({ of, write, fresh, add, name, stays, children }: RowsOf<T>) {
  return (
    <div class="p-rows">
      {of.map((row, at) => {
        const stay = stays?.(row) ?? null;
        return (
          <div class="p-row" key={at} role="group" aria-label={`${name} ${at + 1}`}>
            {children(row, at, (changes) => write(of.map((one, index) => (index === at ? { ...one, ...changes } : one))))}
            {stay === null ? (
              <button class="link" type="button" onClick={() => write(of.filter((_, index) => index !== at))}>
                {around.value.remove}
              </button>
            ) : (
              <small>{stay}</small>
            )}
          </div>
        );
      })}
      <button class="button quiet p-add" type="button" onClick={() => write([...of, fresh()])}>
        <Icon name="plus" />
        {add}
      </button>
    </div>
  );
}

export function MoneySection({ words, change, wrong }: Writing) {
  const t = planWords.value;
  const sum = words.sources.reduce((fen, { amount }) => fen + (fenOf(amount) ?? 0), 0);
  return (
    <section class="n-card">
      <h2>{t.sections.money}</h2>
      <Amount label={t.budget} value={words.budget} write={(budget) => change({ budget })} wrong={wrong('budget')} {...(words.sources.length > 0 && { note: t.sum(moneyOf(sum)) })} />
      <Rows of={words.sources} write={(sources) => change({ sources })} fresh={() => ({ name: '', amount: '' })} add={t.addSource} name={t.sources}>
        {(row, at, set) => (
          <div class="pair">
            <Input label={t.sourceName} value={row.name} write={(name) => set({ name })} wrong={wrong(`sources.${at}.name`)} />
            <Amount label={t.amount} value={row.amount} write={(amount) => set({ amount })} wrong={wrong(`sources.${at}.amount`)} />
          </div>
        )}
      </Rows>
    </section>
  );
}

/** How long a phase is that one begins to write. */
const PHASE_DAYS = 30;

export function PhasesSection({ words, change, wrong, detail }: Writing) {
  const t = planWords.value;
  const done = (detail?.project.phases_done ?? []).map(({ phase }) => phase);
  const fresh = (): (typeof words.phases)[number] => {
    // The next one begins when the last one ends.
    const from = words.phases.at(-1)?.to ?? dayAt(new Date(), 1);
    return { id: freshId('phase-', words.phases), zh: '', en: '', from, to: dayAt(new Date(from || Date.now()), PHASE_DAYS) };
  };
  return (
    <section class="n-card">
      <h2>{t.sections.when}</h2>
      <Rows of={words.phases} write={(phases) => change({ phases })} fresh={fresh} add={t.addPhase} name={t.sections.when} stays={({ id }) => (done.includes(id) ? t.phaseIsDone : null)}>
        {(row, at, set) => (
          <>
            <div class="pair">
              <Input label={t.phaseZh} value={row.zh} write={(zh) => set({ zh })} wrong={wrong(`phases.${at}.zh`)} />
              <Input label={t.phaseEn} value={row.en} write={(en) => set({ en })} wrong={wrong(`phases.${at}.en`)} />
            </div>
            <div class="pair">
              <Input type="date" label={t.from} value={row.from} write={(from) => set({ from })} wrong={wrong(`phases.${at}.from`)} />
              <Input type="date" label={t.to} value={row.to} write={(to) => set({ to })} wrong={wrong(`phases.${at}.to`)} />
            </div>
          </>
        )}
      </Rows>
    </section>
  );
}

export function AlternativesSection({ words, change, wrong }: Writing) {
  const t = planWords.value;
  const scenes = publication.value?.catalog.scenes ?? [];
  const models = { ...Object.fromEntries(scenes.map(({ id }) => [`scene:${id}`, t.scene(id)])), 'gltf:': t.file };
  return (
    <section class="n-card">
      <h2>{t.sections.alternatives}</h2>
      <Rows of={words.alternatives} write={(alternatives) => change({ alternatives })} fresh={() => ({ id: freshId('plan-', words.alternatives), zh: '', en: '', role: 'plan' as const, description: '', model: '' })} add={t.addAlternative} name={t.sections.alternatives}>
        {(row, at, set) => (
          <>
            <div class="pair">
              <Input label={t.alternativeZh} value={row.zh} write={(zh) => set({ zh })} wrong={wrong(`alternatives.${at}.zh`)} />
              <Input label={t.alternativeEn} value={row.en} write={(en) => set({ en })} wrong={wrong(`alternatives.${at}.en`)} />
              <Pick label={t.role} value={row.role} write={(role) => set({ role })} from={t.roles} />
            </div>
            <Area rows={2} label={t.description} value={row.description} write={(description) => set({ description })} wrong={wrong(`alternatives.${at}.description`)} />
            <div class="pair">
              <Pick label={t.model} value={row.model.startsWith('gltf:') ? 'gltf:' : row.model} write={(model) => set({ model })} none={t.noModel} from={models} />
              {row.model.startsWith('gltf:') && <Input label={t.path} value={row.model.slice(5)} write={(path) => set({ model: `gltf:${path}` })} wrong={wrong(`alternatives.${at}.model`)} note={t.pathNote} />}
            </div>
          </>
        )}
      </Rows>
    </section>
  );
}

export function WhoSection({ words, change, wrong }: Writing) {
  const [t, p] = [planWords.value, projectWords.value];
  return (
    <section class="n-card">
      <h2>{t.sections.who}</h2>
      <Rows of={words.parties} write={(parties) => change({ parties })} fresh={() => ({ role: 'owner' as const, name: '' })} add={t.addParty} name={t.sections.who}>
        {(row, at, set) => (
          <div class="pair">
            <Pick label={t.partyRole} value={row.role} write={(role) => set({ role })} from={p.roles} />
            <Input label={t.partyName} value={row.name} write={(name) => set({ name })} wrong={wrong(`parties.${at}.name`)} />
          </div>
        )}
      </Rows>
    </section>
  );
}

export function PapersSection({ words, change, wrong }: Writing) {
  const t = planWords.value;
  return (
    <section class="n-card">
      <h2>{t.sections.papers}</h2>
      <Rows of={words.documents} write={(documents) => change({ documents })} fresh={() => ({ title: '', url: '' })} add={t.addDocument} name={t.sections.papers}>
        {(row, at, set) => (
          <div class="pair">
            <Input label={t.title} value={row.title} write={(title) => set({ title })} wrong={wrong(`documents.${at}.title`)} />
            <Input type="url" label={t.url} value={row.url} write={(url) => set({ url })} wrong={wrong(`documents.${at}.url`)} />
          </div>
        )}
      </Rows>
    </section>
  );
}
