// Values put into classes: numbers between breaks, words by how often they occur. Pure.
//
// In: values. Out: breaks, classes. Called by the colours. Quantiles as in Hyndman and Fan 1996, type 1
// (the inverse of the empirical distribution), so that every break is a value that occurs.
import type { Value } from './things';

export type Method = 'quantile' | 'equal' | 'own';
export const METHODS: readonly Method[] = ['quantile', 'equal', 'own'];
export const MOST_CLASSES = 7;
/** More hues than this cannot be told apart. */
export const MOST_HUES = 8;

/** Ascending values at which the next class begins; fewer than asked where values do not differ enough. */
export function breaksOf(values: readonly number[], method: Method, classes: number, own: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
  const found =
    method === 'own'
      ? [...own]
      : Array.from({ length: Math.max(classes - 1, 0) }, (_, i) => {
          const share = (i + 1) / classes;
          return method === 'equal' ? least + share * (most - least) : (sorted[Math.min(Math.ceil(share * sorted.length), sorted.length - 1)] ?? least);
        });
  const inside = method === 'own' ? found : found.filter((value) => value > least);
  return [...new Set(inside)].sort((a, b) => a - b).slice(0, MOST_CLASSES - 1);
}

/** The class of a number: how many breaks are not above it. */
export const classAt = (value: number, breaks: readonly number[]): number => breaks.filter((at) => at <= value).length;

/** Words by how often they occur, then by themselves; at most so many, the rest are others. */
export function categoriesOf(values: readonly Value[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name).slice(0, MOST_HUES);
}

/** Which of the ramp's steps (0 … 6) a class takes, so that few classes are far apart. */
export const rampStep = (at: number, classes: number): number => (classes < 2 ? 3 : Math.round((at * (MOST_CLASSES - 1)) / (classes - 1)));

/** Numbers in a line of text, by commas, semicolons or spaces; null if something else is in it. */
export function readNumbers(text: string): number[] | null {
  const parts = text.split(/[,，;；、\s]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) && numbers.length < MOST_CLASSES ? numbers : null;
}
