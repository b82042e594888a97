// What is done with the problems that are selected: confirmed, found to be more or less urgent, dismissed; or made a project.
import { useSignal } from '@preact/signals';
import { decideProblems, type Problem, type Urgency } from '../../api/checkups';
import { URGENCIES } from '../../state/renewal/checkups';
import { DECISIONS, able, byVersion, type Decision } from '../../state/renewal/checkups-problems';
import { hashOf } from '../../state/renewal/route';
import { Failed, useDeed } from '../parts';
import { words } from '../words';
import { may } from './parts';
import { texts } from './words';

/** As many as the server takes at a time. */
const MOST = 1000;

interface Props {
  readonly checkUp: number;
  readonly chosen: readonly Problem[];
  readonly mayDecide: boolean;
  readonly anew: () => void;
  readonly clear: () => void;
}

export function Decide({ checkUp, chosen, mayDecide, anew, clear }: Props) {
  const t = texts.value;
  const open = useSignal<Exclude<Decision, 'confirm'> | null>(null);
  const done = useSignal(0);
  const { busy, why, run } = useDeed();
  const decide = async (decision: Decision, said: { text?: string; urgency?: Urgency }): Promise<void> => {
    const meant = able(chosen, decision);
    done.value = 0;
    const wasDone = await run(async () => {
      // Each with the version that was seen of it: those that someone else has decided meanwhile are not overwritten.
      for (const [version, problems] of byVersion(meant)) {
        await decideProblems(checkUp, { deed: decision, problems: [...problems], version, ...said });
        done.value += problems.length;
      }
    });
    anew();
    if (!wasDone) return;
    open.value = null;
    clear();
  };
  const confirmed = chosen.filter(({ state }) => state === 'confirmed');
  if (chosen.length === 0 && done.value === 0 && why === null) return null;
  return (
    <div class="k-save k-decide">
      <div class="k-save-says" role="status">
        {chosen.length > 0 && <b>{t.selected(chosen.length)}</b>}
        {chosen.length === 0 && done.value > 0 && <span class="k-good">{t.done(done.value)}</span>}
        {chosen.length > MOST && <p class="k-wrong">{t.tooMany(MOST)}</p>}
        <Failed why={why} />
      </div>
      {chosen.length > 0 && (
        <div class="k-submit">
          {mayDecide &&
            chosen.length <= MOST &&
            DECISIONS.map((decision) => {
              const count = able(chosen, decision).length;
              return (
                <button
                  key={decision}
                  class={`button${decision === 'confirm' ? '' : ' quiet'}`}
                  type="button"
                  data-decision={decision}
                  disabled={busy || count === 0}
                  title={count < chosen.length ? t.notAll(count, chosen.length) : undefined}
                  aria-expanded={decision === 'confirm' ? undefined : open.value === decision}
                  onClick={() => {
                    if (decision === 'confirm') void decide(decision, {});
                    else open.value = open.value === decision ? null : decision;
                  }}
                >
                  {t[decision]}
                  {count < chosen.length && count > 0 && ` ${count}`}
                </button>
              );
            })}
          {confirmed.length > 0 && may('plan_projects') && (
            <a class="button quiet" href={hashOf('projects', 'new', '', { check_up: String(checkUp), problems: confirmed.map(({ id }) => id).join(',') })} title={t.startProjectOf(confirmed.length)}>
              {t.startProject}
              {confirmed.length < chosen.length && ` ${confirmed.length}`}
            </a>
          )}
        </div>
      )}
      {open.value && chosen.length > 0 && <Reason key={open.value} decision={open.value} of={able(chosen, open.value)} busy={busy} decide={decide} close={() => (open.value = null)} />}
    </div>
  );
}

interface ReasonProps {
  readonly decision: Exclude<Decision, 'confirm'>;
  readonly of: readonly Problem[];
  readonly busy: boolean;
  readonly decide: (decision: Decision, said: { text: string; urgency?: Urgency }) => Promise<void>;
  readonly close: () => void;
}

/** Why, and for a change how urgent they are instead. */
function Reason({ decision, of, busy, decide, close }: ReasonProps) {
  const t = texts.value;
  const text = useSignal('');
  const urgency = useSignal<Urgency>(of[0]?.urgency ?? 'ordinary');
  const wanting = useSignal(false);
  const send = (event: Event): void => {
    event.preventDefault();
    const said = text.peek().trim();
    wanting.value = said === '';
    if (said !== '') void decide(decision, { text: said, ...(decision === 'change' ? { urgency: urgency.peek() } : {}) });
  };
  return (
    <form class="n-form k-reason" onSubmit={send}>
      {decision === 'change' && (
        <div class="k-levels" role="group" aria-label={t.changeTo}>
          {URGENCIES.map((one) => (
            <button key={one} type="button" aria-pressed={urgency.value === one} onClick={() => (urgency.value = one)}>
              {t.urgencies[one]}
            </button>
          ))}
        </div>
      )}
      <label>
        {t.reasonFor(of.length)}
        <textarea rows={2} maxLength={2000} value={text.value} aria-invalid={wanting.value} ref={(box) => (text.peek() === '' ? box?.focus() : undefined)} onInput={({ currentTarget }) => ([text.value, wanting.value] = [currentTarget.value, false])} />
      </label>
      {wanting.value && <Failed why={t.reasonMissing} />}
      <div class="k-submit">
        <button class="button" type="submit" disabled={busy}>
          {decision === 'change' ? t.change : t.dismiss}
        </button>
        <button class="button quiet" type="button" onClick={close}>
          {words.value.cancel}
        </button>
      </div>
    </form>
  );
}
