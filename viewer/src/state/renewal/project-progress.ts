// Progress of works as a form has it: what is written, what is wrong with it, what is told.
//
// In: what people write, the project. Out: what the server is told, or faults by field. Pure.
import type { Project } from '../../api/projects';
import type { ProgressDraft, ProjectEffect } from '../../api/project-work';
import { instantOf } from './project-days';
import { fenOf, type Fault, type Faults } from './project-plan';

/** An effect with its times as fields of a form have them. */
export interface EffectWords {
  readonly kind: ProjectEffect['kind'];
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

export interface ProgressWords {
  readonly text: string;
  readonly percent: string;
  /** In yuan. */
  readonly spent: string;
  /** Id of the phase that is done, '' for none. */
  readonly phase: string;
  /** Null: as before. */
  readonly effects: readonly EffectWords[] | null;
}

const percentOf = (written: string): number | null => (/^\d{1,3}$/.test(written.trim()) ? Number(written) : null);

/** What is told: no more than what is another than before. */
export function progressOf(words: ProgressWords, project: Project): Omit<ProgressDraft, 'photos' | 'version'> {
  const text = words.text.trim();
  const [percent, spent] = [percentOf(words.percent), fenOf(words.spent)];
  return {
    ...(text !== '' && { text }),
    ...(percent !== null && percent !== (project.progress_percent ?? 0) && { percent }),
    ...(spent !== null && spent !== (project.spent_fen ?? 0) && { spent_fen: spent }),
    ...(words.phase !== '' && { phase: words.phase }),
    ...(words.effects && { effects: words.effects.map(({ kind, from, to, text: where }) => ({ kind, from: instantOf(from) ?? '', to: instantOf(to) ?? '', text: where.trim() })) }),
  };
}

export function wrongProgress(words: ProgressWords, project: Project): Faults {
  const faults: Record<string, Fault> = {};
  const least = project.progress_percent ?? 0;
  const most = project.state === 'approved' ? least : 100;
  const percent = percentOf(words.percent);
  if (percent === null || percent < least || percent > most) faults.percent = 'percent';
  const spent = fenOf(words.spent);
  if (spent === null) faults.spent = 'money';
  else if (spent > (project.plan.budget?.planned_fen ?? 0)) faults.spent = 'spent';
  words.effects?.forEach(({ from, to, text }, at) => {
    if (instantOf(from) === null) faults[`effects.${at}.from`] = 'required';
    if (instantOf(to) === null) faults[`effects.${at}.to`] = 'required';
    else if (to < from) faults[`effects.${at}.to`] = 'span';
    if (text.trim() === '') faults[`effects.${at}.text`] = 'required';
  });
  return faults;
}

/** Whether there is something to tell, beside photographs. */
export const tellsNothing = (words: ProgressWords, project: Project): boolean => Object.keys(progressOf(words, project)).length === 0;
