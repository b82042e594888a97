// The field that takes a table which people filled in elsewhere.
import { texts as checkUpWords } from './checkups/words';

export function TableFile({ busy, choose }: { busy: boolean; choose: (file: File) => Promise<unknown> }) {
  return (
    <label class="n-field">
      {checkUpWords.value.chooseTable}
      <input
        class="n-input"
        type="file"
        accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        disabled={busy}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // The same file can be chosen again once it is mended.
          if (file) void choose(file).then(() => (currentTarget.value = ''));
        }}
      />
    </label>
  );
}
