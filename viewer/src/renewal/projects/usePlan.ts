// A plan that is being written: kept in the browser with each change, brought onto what others made of it, saved.
//
// In: what the form begins with. Out: what is written and what is wrong with it, and deeds that change and save it.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../../api/client';
import { getProject, type ProjectDetail } from '../../api/projects';
import { beginProject, changePlan } from '../../api/project-work';
import { drop, keep, type Draft } from '../../state/renewal/project-drafts';
import { changesOf, faultsOf, material, patchOf, planOf, rebased, type Faults } from '../../state/renewal/project-plan';
import { go } from '../../state/renewal/route';
import { useDeed } from '../parts';

export interface PlanProps {
  /** Under which name it is kept. */
  readonly name: string;
  readonly detail: ProjectDetail | null;
  readonly first: { readonly fresh: Draft; readonly draft: Draft | null };
  readonly put?: (detail: ProjectDetail) => void;
}

/** States in which residents have spoken of the plan: another one goes on notice again. */
const NOTICED: readonly string[] = ['notice', 'noticed', 'approved', 'suspended'];

export function usePlan({ name, detail, first, put }: PlanProps) {
  const draft = useSignal<Draft>(first.draft ?? first.fresh);
  const restored = useSignal(first.draft !== null);
  const stored = useSignal(true);
  /** What others changed as well, since one began to write; null where nobody was faster. */
  const both = useSignal<readonly string[] | null>(null);
  const key = useRef('');
  const deed = useDeed();
  const write = (changes: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...changes, at: new Date().toISOString() };
    // Another plan is another request: one that is sent twice begins one project.
    key.current = '';
    stored.value = keep(name, draft.value);
  };
  const onto = (now: ProjectDetail): void => {
    const { plan, version } = now.project;
    const { base, words } = draft.value;
    if (!base || base.version === version) return;
    const merged = rebased(words, base.plan, plan);
    both.value = merged.both;
    write({ words: merged.words, base: { plan, version } });
  };
  // What was kept may have been begun before others changed the plan.
  useEffect(() => {
    if (detail) onto(detail);
  }, [detail?.project.version]);
  const begin = async (): Promise<void> => {
    key.current ||= crypto.randomUUID();
    const { id } = await beginProject(planOf(draft.value.words), key.current);
    drop(name);
    go('projects', id);
  };
  const change = async (id: number): Promise<void> => {
    const { words, base, reason } = draft.value;
    if (!base) return;
    try {
      put?.(await changePlan(id, { ...patchOf(words, base.plan), version: base.version, ...(reason.trim() !== '' && { reason: reason.trim() }) }));
      drop(name);
      go('projects', id);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      const now = await getProject(id);
      put?.(now);
      onto(now);
    }
  };
  const discard = (): void => {
    drop(name);
    [draft.value, restored.value, both.value] = [first.fresh, false, null];
  };
  const { words, base, reason } = draft.value;
  const changes = base ? changesOf(words, base.plan) : null;
  const needsReason = changes !== null && material(changes).length > 0 && NOTICED.includes(detail?.project.state ?? '');
  const faults: Faults = { ...faultsOf(words), ...(needsReason && reason.trim() === '' && { reason: 'required' }) };
  const save = (): void => void deed.run(() => (detail ? change(detail.project.id) : begin()));
  return { ...draft.value, restored: restored.value, stored: stored.value, both: both.value, busy: deed.busy, why: deed.why, unchanged: changes?.length === 0, needsReason, faults, write, save, discard };
}
