// Words about reports in the current language, and how deadlines and kinds are written. Fetched with the desk.
import { computed } from '@preact/signals';
import type { Report } from '../api/reports';
import { clock, named } from '../i18n';
import { deskTexts, span } from '../i18n/desk';
import { now } from '../state/clock';
import { reportKinds } from '../state/reports';
import { language } from '../state/settings';

export const deskWords = computed(() => deskTexts(language.value));

export const kindName = (id: string): string => named(reportKinds.value.get(id)?.name, language.value, id);

export const momentOf = (instant: string): string => clock(new Date(instant), now.value, language.value);

/** How much time is left of the step, or by how much it is over; empty where nobody owes anything. */
export function timeLeft({ deadline }: Pick<Report, 'deadline'>): string {
  if (!deadline) return '';
  const left_ms = Date.parse(deadline.due) - now.value.getTime();
  const written = span(left_ms, language.value);
  return left_ms > 0 ? deskWords.value.left(written) : deskWords.value.over(written);
}

/** The state of the interface whose colour tells the urge. */
export const STATUS_OF = { done: 'normal', going: 'going', reminded: 'notice', overdue: 'warning', escalated: 'alarm' } as const;
