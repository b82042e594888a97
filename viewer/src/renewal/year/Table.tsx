// A table of the report, and the same rows as a file: what people read is written for them, what a file holds is plain.
import type { ComponentChildren } from 'preact';
import { saveFile } from '../../panels/copying';
import { tableText } from '../../state/renewal/table';
import { words } from '../words';
import { texts } from './words';

export interface Column<T> {
  readonly head: string;
  /** Its head in the file, where that must say more, such as the unit. */
  readonly sheet?: string;
  readonly number?: boolean;
  /** What the file holds; null where nothing is known. */
  readonly of: (row: T) => string | number | null;
  /** What is read, if that is another; null where nothing is known. */
  readonly show?: (row: T) => ComponentChildren;
  /** Only in the file. */
  readonly fileOnly?: boolean;
}

/** From more columns than this on a phone shows each row as a card. */
const CARDS_FROM = 4;

interface Props<T> {
  readonly title: string;
  /** Whether it is all of its part of the report, whose title it has then. */
  readonly isPart?: boolean;
  /** Name of the file, without its ending. */
  readonly file: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  /** What is said instead of a table without rows. */
  readonly none: string;
  readonly note?: string | undefined;
}

export function Table<T>({ title, isPart, file, columns, rows, none, note }: Props<T>) {
  const save = (): void => saveFile(`${file}.csv`, new Blob([tableText(rows, columns.map(({ head, sheet, of }) => ({ head: sheet ?? head, of })))], { type: 'text/csv;charset=utf-8' }));
  return (
    <div class="y-table">
      <header>
        {isPart === true ? <h2>{title}</h2> : <h3>{title}</h3>}
        {rows.length > 0 && (
          <button class="link" type="button" aria-label={texts.value.exportOf(title)} onClick={save}>
            {words.value.export}
          </button>
        )}
      </header>
      {note !== undefined && <p class="n-note">{note}</p>}
      {rows.length === 0 ? <p class="y-nothing">{none}</p> : <Body title={title} columns={columns.filter(({ fileOnly }) => fileOnly !== true)} rows={rows} />}
    </div>
  );
}

function Body<T>({ title, columns, rows }: { title: string; columns: readonly Column<T>[]; rows: readonly T[] }) {
  return (
    <div class="n-scroll" tabIndex={0} role="region" aria-label={title}>
      <table class="n-table" data-columns={columns.length > CARDS_FROM ? 'many' : columns.length < CARDS_FROM ? 'few' : undefined}>
        <thead>
          <tr>
            {columns.map(({ head, number }) => (
              <th key={head} scope="col" class={number === true ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {columns.map((column) => (
                <td key={column.head} class={column.number === true ? 'number' : undefined} data-label={column.head}>
                  <Cell column={column} row={row} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is not known is said so: a zero would be a figure. */
function Cell<T>({ column: { of, show }, row }: { column: Column<T>; row: T }) {
  const shown = show ? show(row) : of(row);
  return shown === null || shown === undefined || shown === '' ? <span class="y-none">{texts.value.noData}</span> : <>{shown}</>;
}
