// Texts of the pages of programming, in the current language, and how amounts, times and places are written there.
import { computed } from '@preact/signals';
import type { Amount, TaskPlan } from '../../api/programming';
import type { LocalizedText } from '../../api/types';
import { figure, named, quantity } from '../../i18n/format';
import { programmingTexts } from '../../i18n/programming';
import { periodOf } from '../../state/renewal/programming';
import { language } from '../../state/settings';
import { moneyOf, zoneName } from '../projects/words';

export const texts = computed(() => programmingTexts(language.value));

export const nameOf = (name: LocalizedText, id: number): string => named(name, language.value, texts.value.numbered(id));

export const count = (value: number): string => figure(value, language.value, 0);

export const listed = (parts: readonly string[]): string => parts.join(texts.value.list);

export const zonesIn = (zones: readonly string[] | undefined): string => listed((zones ?? []).map(zoneName)) || texts.value.noZone;

export const amountIn = (amount: Amount): string => (amount.type === 'money' ? moneyOf(amount.fen) : quantity(amount.value, amount.unit, language.value));

/** A quarter or a month. */
function whenIn(text: string): string {
  const period = periodOf(text);
  if (!period) return text;
  return 'quarter' in period ? texts.value.tasks.quarter(period.year, period.quarter) : texts.value.tasks.month(period.year, period.month);
}

/** When a task begins and ends. */
export function spanIn({ first, last }: Pick<TaskPlan, 'first' | 'last'>): string {
  const t = texts.value.tasks;
  if (first && last) return first === last ? whenIn(first) : t.until(whenIn(first), whenIn(last));
  if (first) return t.from(whenIn(first));
  return last ? t.to(whenIn(last)) : t.undated;
}

export function sizeIn(size: TaskPlan['size']): string {
  if (!size) return texts.value.tasks.sizes.none;
  return size.type === 'measure' ? quantity(size.value, size.unit, language.value) : named(size.text, language.value, '');
}
