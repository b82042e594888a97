// Tasks that follow from problems and needs by rule: looked at with their reasons, chosen, and only then stored.
import { useSignal, type Signal } from '@preact/signals';
import { getCheckUps, type CheckUp } from '../../api/checkups';
import { allOf, previewTasks, resources, tasks, type GeneratedTasks, type ResourceRow, type TaskProposal, type TaskQuestion } from '../../api/programming';
import { hashOf } from '../../state/renewal/route';
import { zones } from '../../state/session';
import { titleOf } from '../checkups/parts';
import { Failed, Head, Known, SignInHint, useAsked, useDeed, whyOf } from '../parts';
import { Input, Pick } from '../projects/fields';
import { projectWords, zoneName } from '../projects/words';
import { Checks } from './FormPage';
import { Proposal } from './Proposal';
import { Back, may } from './parts';
import { texts } from './words';

export function Generate() {
  const t = texts.value.generate;
  const [asked, again] = useAsked('generate/around', async (signal) => {
    const [{ check_ups }, known] = await Promise.all([getCheckUps('state=concluded&limit=100', signal), allOf(resources, { state: 'available,committed' }, signal)]);
    return { checkUps: check_ups, resources: new Map(known.map((row) => [row.resource.id, row])) };
  });
  return (
    <>
      <Back to="tasks" />
      <Head title={t.title} under={t.under} />
      <SignInHint />
      {may('plan_tasks') ? (
        <Known asked={asked} again={again}>
          {(around) => <Asking {...around} />}
        </Known>
      ) : (
        <p class="n-empty">{texts.value.form.mayNot}</p>
      )}
    </>
  );
}

interface Wanted {
  readonly checkUps: readonly string[];
  readonly zone: string;
  readonly kind: TaskQuestion['kind'] | '';
  readonly within: string;
  readonly reach: string;
}

/** Farthest that the server brings together. */
const MOST_M = 5000;

const isDistance = (text: string): boolean => text.trim() === '' || (Number(text) >= 0 && Number(text) <= MOST_M);

const questionOf = ({ checkUps, zone, kind, within, reach }: Wanted): TaskQuestion => ({
  check_ups: checkUps.map(Number),
  ...(zone === '' ? {} : { zone }),
  ...(kind === '' || !kind ? {} : { kind }),
  ...(within.trim() === '' ? {} : { within_m: Number(within) }),
  ...(reach.trim() === '' ? {} : { reach_m: Number(reach) }),
});

function Asking({ checkUps, resources: known }: { checkUps: readonly CheckUp[]; resources: ReadonlyMap<number, ResourceRow> }) {
  const [all, t, p] = [texts.value, texts.value.generate, projectWords.value];
  const wanted = useSignal<Wanted>({ checkUps: [], zone: '', kind: '', within: '', reach: '' });
  const found = useSignal<GeneratedTasks | null>(null);
  const stored = useSignal(0);
  const refused = useSignal<string | null>(null);
  const { busy, why, run } = useDeed();
  const change = (changes: Partial<Wanted>): void => void (wanted.value = { ...wanted.value, ...changes });
  const { within, reach } = wanted.value;
  const isGood = isDistance(within) && isDistance(reach);
  const look = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    if (isGood) await run(async () => (found.value = await previewTasks(questionOf(wanted.peek()))));
  };
  /** What is stored is not proposed again: what is left is asked for anew. */
  const after = (count: number, failure: string | null): void => {
    [stored.value, refused.value] = [count, failure];
    if (count > 0) void look();
  };
  return (
    <>
      <form class="n-card n-form" onSubmit={(event) => void look(event)} noValidate>
        {checkUps.length > 0 && <Checks label={`${t.checkUps}${all.colon}${t.checkUpsNote}`} from={Object.fromEntries(checkUps.map((one) => [String(one.id), titleOf(one)]))} chosen={wanted.value.checkUps} choose={(chosen) => change({ checkUps: chosen })} wrong={null} />}
        <div class="pair">
          <Pick label={t.zone} value={wanted.value.zone} write={(zone) => change({ zone })} none={all.all.zone} from={Object.fromEntries(zones.value.map(({ id }) => [id, zoneName(id)]))} />
          <Pick label={t.kind} value={wanted.value.kind ?? ''} write={(kind) => change({ kind })} none={all.all.kind} from={p.kinds} />
          <Input label={t.within} value={within} write={(next) => change({ within: next })} note={t.withinNote} wrong={isDistance(within) ? null : t.distance} />
          <Input label={t.reach} value={reach} write={(next) => change({ reach: next })} note={t.reachNote} wrong={isDistance(reach) ? null : t.distance} />
        </div>
        <Failed why={why} />
        <div class="k-submit">
          <button class="button" type="submit" disabled={busy}>
            {busy ? t.previewing : t.preview}
          </button>
        </div>
      </form>
      <div role="status">
        {stored.value > 0 && (
          <p class="k-onward">
            <span>{t.stored(stored.value)}</span>
            <a href={hashOf('programming')}>{t.toTasks}</a>
          </p>
        )}
      </div>
      <Failed why={refused.value} />
      {/* Others begin chosen anew. */}
      {found.value && <Found key={JSON.stringify(found.value.proposals.map(({ plan }) => plan))} of={found.value} known={known} stored={after} />}
    </>
  );
}

/** What of a proposal is taken: whether at all, and which resources it is to use. */
export interface Chosen {
  readonly on: boolean;
  readonly resources: readonly number[];
}

function Found({ of: { proposals, left_out }, known, stored }: { of: GeneratedTasks; known: ReadonlyMap<number, ResourceRow>; stored: StoreProps['after'] }) {
  const t = texts.value.generate;
  const chosen = useSignal<readonly Chosen[]>(proposals.map(() => ({ on: true, resources: [] })));
  const taken = proposals.filter((_, at) => chosen.value[at]?.on);
  const set = (at: number, changes: Partial<Chosen>): void => void (chosen.value = chosen.value.map((one, index) => (index === at ? { ...one, ...changes } : one)));
  return (
    <section>
      {proposals.length > 0 && <h2>{t.found(proposals.length)}</h2>}
      <p class="n-note" role="status">
        {proposals.length === 0 && `${t.nothing} `}
        {t.left(left_out.problems_in_tasks, left_out.needs_in_tasks, left_out.not_yours)}
      </p>
      {proposals.length > 0 && (
        <label class="k-only">
          <input type="checkbox" checked={taken.length === proposals.length} onChange={({ currentTarget }) => (chosen.value = chosen.value.map((one) => ({ ...one, on: currentTarget.checked })))} />
          {t.selectAll}
        </label>
      )}
      <ol class="g-proposals">
        {proposals.map((proposal, at) => (
          <li key={at}>
            <Proposal of={proposal} chosen={chosen.value[at] ?? { on: false, resources: [] }} set={(changes) => set(at, changes)} known={known} />
          </li>
        ))}
      </ol>
      <Store proposals={proposals} chosen={chosen} after={stored} />
    </section>
  );
}

interface StoreProps {
  readonly proposals: readonly TaskProposal[];
  readonly chosen: Signal<readonly Chosen[]>;
  /** How many were stored, and why no more were. */
  readonly after: (count: number, failure: string | null) => void;
}

/** Stores what is chosen, one after the other. */
function Store({ proposals, chosen, after }: StoreProps) {
  const t = texts.value.generate;
  const progress = useSignal<readonly [done: number, all: number] | null>(null);
  const { busy, run } = useDeed();
  const wanted = proposals.flatMap((proposal, at) => {
    const of = chosen.value[at];
    return of?.on === true ? [{ proposal, resources: of.resources }] : [];
  });
  const store = async (adopt: boolean): Promise<void> => {
    let stored = 0;
    progress.value = [0, wanted.length];
    const storeAll = async (): Promise<void> => {
      for (const { proposal: { plan }, resources: drawn } of wanted) {
        const { id } = await tasks.enter({ ...plan, resources: [...(plan.resources ?? []), ...drawn.map((resource) => ({ resource }))] }, crypto.randomUUID());
        stored += 1;
        if (adopt) await tasks.act(id, { deed: 'adopt', version: (await tasks.one(id)).row.task.version });
        progress.value = [stored, wanted.length];
      }
    };
    // Some may be stored although one was refused.
    await run(() => storeAll().then(() => after(stored, null), (error: unknown) => after(stored, whyOf(error))));
    progress.value = null;
  };
  return (
    <div class="k-save g-begin">
      <div role="status">
        {progress.value && t.storing(...progress.value)}
      </div>
      {wanted.length > 0 && (
        <span class="k-submit">
          <button class="button quiet" type="button" disabled={busy} onClick={() => void store(false)}>
            {t.store(wanted.length)}
          </button>
          <button class="button" type="button" disabled={busy} onClick={() => void store(true)}>
            {t.adopt(wanted.length)}
          </button>
        </span>
      )}
    </div>
  );
}
