// The catalogue of indicators as its page shows it: what it is narrowed to, and what is wrong with a table of indicators.
//
// In: indicators, the address, the server's lines. Out: values. Pure.
import type { Indicator } from '../../api/checkups';
import { dimensionKey } from './checkups';

/** What the catalogue is narrowed to; '' for all. */
export interface Narrowing {
  readonly q: string;
  readonly family: string;
  readonly dimension: string;
  readonly level: string;
}

export function narrowed(indicators: readonly Indicator[], by: Narrowing): Indicator[] {
  const words = by.q.toLocaleLowerCase().split(/\s+/).filter((word) => word !== '');
  return indicators.filter((indicator) => {
    if (by.family !== '' && indicator.family !== by.family) return false;
    if (by.dimension !== '' && dimensionKey(indicator) !== by.dimension) return false;
    if (by.level !== '' && !indicator.levels.some((level) => level === by.level)) return false;
    const text = textOf(indicator);
    return words.every((word) => text.includes(word));
  });
}

/** Everything that one may look for. */
function textOf({ code, name, dimension, group, counts, supplier }: Indicator): string {
  return [code, ...[name, dimension, group, counts, supplier].flatMap((text) => [text?.zh, text?.en])].join('\n').toLocaleLowerCase();
}

/** Why a row of a table of indicators cannot be taken. */
export type RowReason = 'missing' | 'number' | 'days' | 'choice' | 'range' | 'order' | 'threshold' | 'span' | 'length' | 'empty' | 'levels' | 'code';

export interface RowProblem {
  readonly line: number | null;
  /** The column that is named; '' where it is the row as a whole. */
  readonly column: string;
  /** Null where only the server's words say it. */
  readonly reason: RowReason | null;
  readonly words: string;
}

/** By what the server's words are known; the first that fits. */
const REASONS: readonly (readonly [RowReason, RegExp])[] = [
  ['missing', /is missing/],
  ['days', /not a number of days/],
  ['number', /not a number/],
  ['choice', /use one of/],
  ['order', /is no worse than/],
  ['range', /is possible$/],
  ['threshold', /there is no threshold/],
  ['span', /are no range/],
  ['length', /has \d+ characters/],
  ['empty', /says nothing in either language/],
  ['levels', /names at least one level/],
  ['code', /a code has 1 to/],
];

/** What is wrong, row by row, as the server names it: ``line 3: `min` is `low`, not a number``. */
export function rowProblems(errors: readonly string[]): RowProblem[] {
  return errors.map((error) => {
    const named = /^line (\d+): ([\s\S]*)$/.exec(error);
    const words = named?.[2] ?? error;
    const reason = REASONS.find(([, known]) => known.test(words))?.[0] ?? null;
    const column = reason === 'code' ? 'code' : (/^(?:column )?`(\w+)`/.exec(words)?.[1] ?? '');
    return { line: named ? Number(named[1]) : null, column: reason === 'threshold' ? '' : column, reason, words };
  });
}
