// The table of what is in view: which things, which columns, how sorted and narrowed; its text for other programs.
//
// In: things of state; who is in view, as the layer tells. Out: rows; CSV after RFC 4180. Framework-free.
import { computed, signal } from '@preact/signals-core';
import { line } from './csv';
import { linkPart } from './link-parts';
import { tool } from './tools';
import { THING_CLASSES, keysOf, thingsOf, type Thing, type ThingClass, type Value } from './things';

/** Rows that a table may have: more are not read by anybody, and lists of this length still sort at once. */
export const MOST_ROWS = 20_000;

/** How far each thing in view is from the eye, metres, by class; as of the camera's last rest. */
export const inView = signal<ReadonlyMap<string, number>>(new Map());

export const of = signal<ThingClass>('device');
export const sort = signal<{ readonly key: string; readonly down: boolean }>({ key: 'distance', down: false });
export const filterText = signal('');
/** Keys that are not shown, by class. */
export const unshown = signal<ReadonlySet<string>>(new Set());

export interface Row {
  readonly thing: Thing;
  readonly distance_m: number;
}

/** Keys of the columns that there are: the same for all things of a class. */
export const columnsOf = (list: readonly Thing[]): readonly string[] => ['name', 'distance', ...keysOf(list), 'id'];

export const columns = computed(() => columnsOf(thingsOf(of.value) ?? []));
export const shownColumns = computed(() => columns.value.filter((key) => !unshown.value.has(`${of.value} ${key}`)));

/** How a value is written, and a key: in the language of the panel. */
export interface Writing {
  value(key: string, value: Value): string;
  name(thing: Thing): string;
  readonly locale: string;
}

export function cell(row: Row, key: string, writing: Writing): { readonly text: string; readonly value: Value } {
  if (key === 'name') return both(writing.name(row.thing));
  if (key === 'id') return both(row.thing.id);
  if (key === 'distance') return { text: String(Math.round(row.distance_m)), value: row.distance_m };
  const value = row.thing.values.get(key) ?? null;
  return { text: writing.value(key, value), value };
}

const both = (text: string): { text: string; value: Value } => ({ text, value: text });

/** The things in view that hold the text in a shown column, in the wanted order; what has no value comes last. */
export function rowsOf(
  list: readonly Thing[], seen: ReadonlyMap<string, number>, keys: readonly string[], text: string, by: { readonly key: string; readonly down: boolean }, writing: Writing,
): Row[] {
  const wanted = text.trim().toLowerCase();
  const found: Row[] = [];
  for (const thing of list) {
    const distance_m = seen.get(`${thing.of} ${thing.id}`);
    if (distance_m === undefined) continue;
    const row = { thing, distance_m };
    if (wanted === '' || keys.some((key) => cell(row, key, writing).text.toLowerCase().includes(wanted))) found.push(row);
  }
  const collator = new Intl.Collator(writing.locale, { numeric: true });
  const keyed = found.map((row) => ({ row, ...cell(row, by.key, writing) }));
  const turn = by.down ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || a.row.distance_m - b.row.distance_m;
    const order = typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value : collator.compare(a.text, b.text);
    return order * turn || a.row.distance_m - b.row.distance_m;
  });
  return keyed.map(({ row }) => row).slice(0, MOST_ROWS);
}

/** All rows with a head, as CSV in UTF-8 with a byte order mark, by which spreadsheets know Chinese text. */
export function csv(rows: readonly Row[], keys: readonly string[], heads: readonly string[], writing: Writing): string {
  const written = (row: Row, key: string): Value => {
    const { text, value } = cell(row, key, writing);
    if (key === 'distance' && typeof value === 'number') return Math.round(value * 10) / 10;
    return typeof value === 'number' ? value : text === '' ? null : text;
  };
  return `\ufeff${line(heads)}${rows.map((row) => line(keys.map((key) => written(row, key)))).join('')}`;
}

export const startTableLink = (): (() => void) =>
  linkPart('o', {
    write: () => (tool.value === 'table' ? `${of.value}/${sort.value.key}/${sort.value.down ? 'down' : 'up'}` : null),
    read: (text) => {
      if (text === null && tool.peek() === 'table') tool.value = null;
      const [kind, key, way] = (text ?? '').split('/');
      const known = THING_CLASSES.find((one) => one === kind);
      if (!known) return;
      of.value = known;
      if (key && key.length < 80) sort.value = { key, down: way === 'down' };
      tool.value = 'table';
    },
  });
