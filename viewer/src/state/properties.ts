// Property sets as people read them.
//
// In: what the server says about an element. Out: groups in a useful order, values as text. Pure.
import type { BimFacts } from '../api/types';

export interface PropertyGroup {
  readonly name: string;
  readonly rows: readonly (readonly [name: string, value: unknown])[];
}

/** Common sets of the standard first, quantities next, what programs add after them; each by name. */
const rank = (name: string): number => (/^Pset_\w*Common$/.test(name) ? 0 : name.startsWith("Pset_") ? 1 : /^(Qto_|BaseQuantities)/.test(name) ? 2 : 3);

export function groupsOf(sets: BimFacts['property_sets']): PropertyGroup[] {
  const collator = new Intl.Collator(undefined, { numeric: true });
  return Object.entries(sets ?? {})
    .map(([name, values]) => ({ name, rows: Object.entries(values) }))
    .sort((a, b) => rank(a.name) - rank(b.name) || collator.compare(a.name, b.name));
}

export interface Words {
  readonly yes: string;
  readonly no: string;
}

/** Thousandths and thinner noise of binary fractions are cut; very small and very large figures keep six digits. */
function number(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return String(Number(size >= 0.01 && size < 1e9 ? value.toFixed(4) : value.toPrecision(6)));
}

/** A value on one line; what is empty is an em dash. */
export function written(value: unknown, words: Words): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'number') return number(value).replace(/^-/, '−');
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? '—' : value.map((one) => written(one, words)).join(', ');
  return JSON.stringify(value);
}

/** For a table program: a line a property, names and values parted by a tab, values as the file has them. */
export function asTable(groups: readonly PropertyGroup[]): string {
  const cell = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? '')).replace(/[\t\r\n]+/g, ' ');
  return groups.flatMap(({ name, rows }) => rows.map(([key, value]) => [name, key, value].map(cell).join('\t'))).join('\n');
}
