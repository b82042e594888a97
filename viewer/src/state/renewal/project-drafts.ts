// Plans that are being written, kept in the browser until the server has them.
//
// In: what is written, and the plan that it began from. Out: the same, after the page was closed. Storage may be denied
// (private windows, policies), which `keep` says.
import type { ProjectPlan } from '../../api/project-work';
import { EMPTY, type PlanWords } from './project-plan';

export interface Draft {
  readonly words: PlanWords;
  /** The plan that was changed and its version; null for a new project. */
  readonly base: { readonly plan: ProjectPlan; readonly version: number } | null;
  /** Why it is changed. */
  readonly reason: string;
  /** When it was written last. */
  readonly at: string;
}

const keyOf = (name: string): string => `twin.project.${name}`;

/** Whether it is kept. */
export function keep(name: string, draft: Draft): boolean {
  try {
    localStorage.setItem(keyOf(name), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** What was kept; null if there is nothing, or nothing that can be read. */
export function kept(name: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(name)) ?? 'null') as Draft | null;
    // A field that an earlier release did not have is empty.
    return draft && { ...draft, words: { ...EMPTY, ...draft.words } };
  } catch {
    return null;
  }
}

export function drop(name: string): void {
  try {
    localStorage.removeItem(keyOf(name));
  } catch {
    // See `keep`: then there is none.
  }
}
