// What the legend of colours says, in the card and on pictures. In: entries. Out: texts.
import type { colourTexts } from '../i18n/colour';
import type { Entry, Legend } from '../state/colour';
import { valueText } from './thing-texts';

/** Other words and missing values have a row only where there are any. */
export const hasRow = ({ what, count }: Legend['entries'][number]): boolean => count > 0 || (what !== 'others' && what !== 'missing');

export function entryName({ what }: Entry, key: string, t: ReturnType<typeof colourTexts>): string {
  if (what === 'others' || what === 'missing') return t[what];
  if ('word' in what) return valueText(key, what.word);
  const [from, to] = [what.from, what.to].map((value) => (value === null ? null : valueText(key, Number(value.toPrecision(4)))));
  if (from === null || from === undefined) return to === null || to === undefined ? t.all : t.below(to);
  return to === null || to === undefined ? t.from(from) : `${from} – ${to}`;
}

