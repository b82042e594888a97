// Changing the catalogue by a table: downloaded, changed elsewhere, checked, and only then taken.
import { useSignal } from '@preact/signals';
import { ApiError } from '../../api/client';
import { catalogueAddress, importIndicators, type IndicatorImport } from '../../api/checkups';
import { rowProblems, type RowReason } from '../../state/renewal/catalogue';
import { language } from '../../state/settings';
import { texts as checkUpWords } from '../checkups/words';
import { Failed, Figures, useDeed } from '../parts';
import { RowFaults } from '../RowFaults';
import { TableFile } from '../TableFile';
import { texts } from './words';

type Mode = 'add' | 'replace';

export function ByTable({ again }: { again: () => void }) {
  const [t, k] = [texts.value, checkUpWords.value];
  return (
    <details class="n-card i-tables">
      <summary>{t.tables}</summary>
      <p class="n-note">{t.tablesNote}</p>
      <p class="k-submit k-gap">
        <a class="button quiet" href={catalogueAddress('xlsx', language.value)} download>
          {k.templateXlsx}
        </a>
        <a class="button quiet" href={catalogueAddress('csv', language.value)} download>
          {k.templateCsv}
        </a>
      </p>
      <Import again={again} />
    </details>
  );
}

/** A table on its way into the catalogue: checked with each choice, and taken when one says so. */
function useImport(again: () => void) {
  const mode = useSignal<Mode>('add');
  const table = useSignal<File | null>(null);
  const checked = useSignal<IndicatorImport | null>(null);
  const lines = useSignal<readonly string[]>([]);
  const imported = useSignal<IndicatorImport | null>(null);
  const { busy, why, run } = useDeed();
  /** Lines that are wrong are told in a table; whatever else is wrong where deeds fail. */
  const bring = (file: File, dryRun: boolean): Promise<boolean> =>
    run(async () => {
      try {
        const result = await importIndicators(file, mode.peek() === 'replace', dryRun);
        if (dryRun) checked.value = result;
        else [imported.value, checked.value, table.value] = [result, null, null];
      } catch (error) {
        if (!(error instanceof ApiError) || error.errors.length === 0) throw error;
        [lines.value, checked.value] = [error.errors, null];
      }
    });
  const check = (file: File): Promise<boolean> => {
    [table.value, checked.value, imported.value, lines.value] = [file, null, null, []];
    return bring(file, true);
  };
  const choose = (next: Mode): void => {
    mode.value = next;
    // What would change depends on it.
    const file = table.peek();
    if (file && lines.peek().length === 0) void check(file);
  };
  const take = async (): Promise<void> => {
    const file = table.peek();
    if (file && (await bring(file, false)) && imported.peek()) again();
  };
  return { mode: mode.value, table: table.value, checked: checked.value, lines: lines.value, imported: imported.value, busy, why, check, choose, take };
}

function Import({ again }: { again: () => void }) {
  const [t, k] = [texts.value, checkUpWords.value];
  const { mode, table, checked, lines, imported, busy, why, check, choose, take } = useImport(again);
  return (
    <>
      <Modes mode={mode} choose={choose} disabled={busy} />
      <TableFile busy={busy} choose={check} />
      <div role="status">
        {busy && <p>{k.checking}</p>}
        {imported && <p class="k-good">{t.imported(imported.catalogue ?? null)}</p>}
        {checked && table && <Would of={checked} name={table.name} />}
      </div>
      <Failed why={why} />
      {checked && table && changes(checked) && (
        <button class="button" type="button" disabled={busy} onClick={() => void take()}>
          {mode === 'replace' ? t.importReplace : t.importNow}
        </button>
      )}
      {lines.length > 0 && <Wrong lines={lines} />}
    </>
  );
}

const changes = ({ added, updated, removed }: IndicatorImport): boolean => added + updated + removed > 0;

function Modes({ mode, choose, disabled }: { mode: Mode; choose: (mode: Mode) => void; disabled: boolean }) {
  const t = texts.value;
  return (
    <fieldset class="i-modes">
      <legend>{t.mode}</legend>
      {(Object.keys(t.modes) as Mode[]).map((one) => (
        <label key={one}>
          <input type="radio" name="mode" checked={one === mode} disabled={disabled} onChange={() => choose(one)} />
          <span>
            {t.modes[one]}
            <small>{t.modeNotes[one]}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What a table would change, counted. */
function Would({ of, name }: { of: IndicatorImport; name: string }) {
  const t = texts.value;
  return (
    <>
      <p class="k-gap">
        <b>{t.check(name)}</b>
      </p>
      <Figures of={(['added', 'updated', 'unchanged', 'removed'] as const).map((key) => [t.would[key], String(of[key])])} />
      {!changes(of) && <p>{t.nothing}</p>}
      {of.removed > 0 && <p class="p-missing">{t.removes(of.removed)}</p>}
    </>
  );
}

function Wrong({ lines }: { lines: readonly string[] }) {
  const t = texts.value;
  const reasons: Readonly<Record<RowReason, string>> = t.reasons;
  const faults = rowProblems(lines).map(({ line, column, reason, words }) => ({
    line,
    column: column === '' ? (line === null ? '' : t.wholeRow) : (t.columns[column] ?? column),
    why: reason ? reasons[reason] : words,
    exactly: reason ? words : undefined,
  }));
  return (
    <div role="alert">
      <RowFaults title={t.wrong} note={t.wrongNote} faults={faults} />
    </div>
  );
}
