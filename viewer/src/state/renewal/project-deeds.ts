// What is written with a deed on a project, and what of it is still missing.
//
// In: what is written, what the deed needs. Out: what is wrong, by field. Pure. The server has the last word.
import type { ProjectAction } from '../../api/project-work';

export type FindingWords = NonNullable<ProjectAction['findings']>[number];

export interface DeedWords {
  readonly text: string;
  /** The last day of a notice, '' where none is asked for. */
  readonly lastDay: string;
  readonly findings: readonly FindingWords[];
  /** Numbers of earlier findings that are mended. */
  readonly mended: readonly number[];
}

/** What a deed needs: words, the first day on which a notice may end (null: no notice), and today. */
export interface Needs {
  readonly needsText: boolean;
  readonly firstDay: string | null;
  readonly today: string;
}

/** The fields that are wrong; none where it can be sent. */
export function ready(said: DeedWords, { needsText, firstDay, today }: Needs): Readonly<Record<string, true>> {
  const wrong: Record<string, true> = {};
  if (needsText && said.text.trim() === '') wrong.text = true;
  if (firstDay !== null && said.lastDay < firstDay) wrong.lastDay = true;
  said.findings.forEach(({ text, due }, at) => {
    if (text.trim() === '') wrong[`findings.${at}.text`] = true;
    if (due < today) wrong[`findings.${at}.due`] = true;
  });
  return wrong;
}
