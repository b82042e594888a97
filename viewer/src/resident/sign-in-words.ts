// Texts of the pages on which one signs in, and of what the server refuses there.
import { computed } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { signInTexts } from '../i18n/sign-in';
import { language } from '../state/preferences';
import { words as first } from './words';

export const words = computed(() => ({ ...first.value, ...signInTexts(language.value) }));

/** Why something failed, as people say it. */
export function failure(error: unknown): string {
  const t = words.value;
  if (!(error instanceof ApiError)) return t.accountFault;
  if (error.failure === 'unreachable') return t.unreachable;
  if (error.wait_s !== null) return t.codeWait(error.wait_s);
  const known: Readonly<Record<string, string>> = { ...t.accountProblems, ...t.phoneProblems };
  return (error.code === null ? undefined : known[error.code]) ?? t.accountFault;
}
