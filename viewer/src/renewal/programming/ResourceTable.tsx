// Many resources at once: a table that people fill in elsewhere, checked before it is taken.
import { useSignal } from '@preact/signals';
import { importResources, resourceTemplate, type ResourceImport } from '../../api/programming';
import { language } from '../../state/settings';
import { texts as checkUpWords } from '../checkups/words';
import { Failed, useDeed } from '../parts';
import { RowFaults } from '../RowFaults';
import { TableFile } from '../TableFile';
import { texts } from './words';

export function ResourceTable({ done }: { done: () => void }) {
  const [t, k] = [texts.value.resources, checkUpWords.value];
  const table = useSignal<File | null>(null);
  const checked = useSignal<ResourceImport | null>(null);
  const imported = useSignal<number | null>(null);
  const { busy, why, run } = useDeed();
  const check = (file: File): Promise<boolean> => {
    [table.value, checked.value, imported.value] = [file, null, null];
    return run(async () => (checked.value = await importResources(file, true)));
  };
  const take = (file: File): Promise<boolean> =>
    run(async () => {
      const result = await importResources(file, false);
      // A table that was taken is not taken twice by another press.
      [checked.value, imported.value, table.value] = [result, result.resources.length, null];
      done();
    });
  return (
    <details class="n-card i-tables">
      <summary>{t.import}</summary>
      <p class="n-note">{t.importNote}</p>
      <p class="k-submit k-gap">
        <a class="button quiet" href={resourceTemplate('xlsx', language.value)} download>
          {k.templateXlsx}
        </a>
        <a class="button quiet" href={resourceTemplate('csv', language.value)} download>
          {k.templateCsv}
        </a>
      </p>
      <TableFile busy={busy} choose={check} />
      <div role="status">
        {busy && <p>{k.checking}</p>}
        {imported.value !== null && <p class="k-good">{t.imported(imported.value)}</p>}
        {checked.value && table.value && <p class="k-gap">{t.checked(checked.value.rows, checked.value.accepted, checked.value.rejected)}</p>}
      </div>
      <Failed why={why} />
      {checked.value && table.value && checked.value.accepted > 0 && (
        <button class="button" type="button" disabled={busy} onClick={() => table.value && void take(table.value)}>
          {t.importNow(checked.value.accepted)}
        </button>
      )}
      {checked.value && checked.value.problems.length > 0 && (
        <RowFaults title={t.rejected} faults={checked.value.problems.map(({ line, column, message }) => ({ line, column, why: message }))} />
      )}
    </details>
  );
}
