// What is wrong with a table that someone brings: each row and column by name, and why.
import { words } from './words';

export interface RowFault {
  /** Null for what is wrong with all of it. */
  readonly line: number | null;
  readonly column: string;
  readonly why: string;
  /** What exactly, in the server's words, where `why` says it for people. */
  readonly exactly?: string | undefined;
}

export function RowFaults({ title, note, faults }: { title: string; note?: string | undefined; faults: readonly RowFault[] }) {
  const n = words.value;
  return (
    <>
      <h3 class="k-gap">{title}</h3>
      {note !== undefined && <p class="n-note">{note}</p>}
      <div class="n-scroll k-short" tabIndex={0} role="region" aria-label={title}>
        <table class="n-table">
          <thead>
            <tr>
              <th class="number">{n.rowLine}</th>
              <th>{n.rowColumn}</th>
              <th>{n.rowWhy}</th>
            </tr>
          </thead>
          <tbody>
            {faults.map(({ line, column, why, exactly }, at) => (
              <tr key={at}>
                <td class="number">{line ?? '–'}</td>
                <td>{column}</td>
                <td>
                  {why}
                  {exactly !== undefined && <small class="k-exactly">{exactly}</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
