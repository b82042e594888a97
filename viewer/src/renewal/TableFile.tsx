// The field that takes a table which people filled in elsewhere.
import { FileButton } from './FileButton';
import { texts as checkUpWords } from './checkups/words';

export function TableFile({ busy, choose }: { busy: boolean; choose: (file: File) => Promise<unknown> }) {
  return (
    <FileButton
      label={checkUpWords.value.chooseTable}
      accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
      disabled={busy}
      choose={([file]) => file && void choose(file)}
    />
  );
}
