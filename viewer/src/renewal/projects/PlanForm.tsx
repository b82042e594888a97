// What is written of a plan, whole; saved as a draft or as a change of what is there.
//
// In: what the form begins with. Out: the server's plan. Faults are shown once one has tried to save.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { ProjectDetail } from '../../api/projects';
import type { CheckUpProblem } from '../../api/project-work';
import type { PlanWords } from '../../state/renewal/project-plan';
import { hashOf } from '../../state/renewal/route';
import { Failed } from '../parts';
import { words as around } from '../words';
import { Area } from './fields';
import { planWords } from './plan-words';
import { AlternativesSection, MoneySection, PapersSection, PhasesSection, WhoSection } from './PlanLists';
import { OriginSection, WhatSection, WhereSection } from './PlanSections';
import { usePlan, type PlanProps } from './usePlan';
import { listOf, momentOf, workWords } from './words';

/** What every section of the form is given. */
export interface Writing {
  readonly words: PlanWords;
  readonly change: (changes: Partial<PlanWords>) => void;
  /** What is wrong with a field, in words; null before one has tried to save. */
  readonly wrong: (field: string) => string | null;
  readonly detail: ProjectDetail | null;
  readonly problems: readonly CheckUpProblem[];
}

export function PlanForm({ problems, ...props }: PlanProps & Pick<Writing, 'problems'>) {
  const t = planWords.value;
  const plan = usePlan(props);
  const tried = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const isWrong = Object.keys(plan.faults).length > 0;
  const wrong = (field: string): string | null => {
    const fault = plan.faults[field];
    return tried.value && fault ? t.errors[fault] : null;
  };
  const send = (event: Event): void => {
    event.preventDefault();
    tried.value = true;
    if (isWrong) requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    else plan.save();
  };
  const discard = (): void => {
    plan.discard();
    tried.value = false;
  };
  const of: Writing = { words: plan.words, change: (part) => plan.write({ words: { ...plan.words, ...part } }), wrong, detail: props.detail, problems };
  return (
    <form class="n-form p-plan" ref={form} onSubmit={send} noValidate>
      <Told plan={plan} discard={discard} />
      <WhatSection {...of} />
      <WhereSection {...of} />
      <MoneySection {...of} />
      <PhasesSection {...of} />
      <AlternativesSection {...of} />
      <WhoSection {...of} />
      <PapersSection {...of} />
      <OriginSection {...of} />
      {plan.needsReason && (
        <section class="n-card">
          <p class="p-missing">{t.reasonWhy}</p>
          <Area label={t.reason} value={plan.reason} write={(reason) => plan.write({ reason })} wrong={wrong('reason')} required />
        </section>
      )}
      <Failed why={tried.value && isWrong ? t.check : plan.why} />
      <div class="p-save">
        <button class="button" type="submit" disabled={plan.busy || plan.unchanged}>
          {props.detail ? t.save : t.saveDraft}
        </button>
        <a class="button quiet" href={hashOf('projects', props.detail?.project.id ?? null)}>
          {around.value.cancel}
        </a>
        <small>{plan.unchanged ? t.unchanged : plan.stored ? t.keptHere : t.notKept}</small>
      </div>
    </form>
  );
}

/** That something was written before, and that others were faster. */
function Told({ plan, discard }: { plan: ReturnType<typeof usePlan>; discard: () => void }) {
  const t = planWords.value;
  return (
    <>
      {plan.restored && (
        <p class="p-missing" role="status">
          {t.kept(momentOf(plan.at))}{' '}
          <button class="link" type="button" onClick={discard}>
            {t.discard}
          </button>
        </p>
      )}
      {plan.both && (
        <p class="p-missing" role="alert">
          {t.rebased} {plan.both.length > 0 && t.both(listOf(plan.both.map((field) => workWords.value.fields[field] ?? field)))}
        </p>
      )}
    </>
  );
}
