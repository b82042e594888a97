// Tables of the work on renewal as files that spreadsheets open.
//
// In: rows, how their cells are found. Out: text (RFC 4180). Pure.
import { line } from '../csv';

/** A byte order mark, by which spreadsheets know that the table is UTF-8. */
const BOM = '\ufeff';

/** How a cell of a row is found; null where nothing is known. */
export interface Column<T> {
  readonly head: string;
  readonly of: (row: T) => string | number | null;
}

export const tableText = <T>(rows: readonly T[], columns: readonly Column<T>[]): string =>
  BOM + line(columns.map(({ head }) => head)) + rows.map((row) => line(columns.map(({ of }) => of(row)))).join('');
