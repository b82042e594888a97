// What the pages about a report and about a project share: photographs, a form of a few words, its buttons.
import { useSignal } from '@preact/signals';
import { photoAddress } from '../api/photos';
import { words } from './report-words';

export function Pictures({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <div class="r-photos">
      {ids.map((id, at) => (
        <a key={id} href={photoAddress(id, 'large')} target="_blank" rel="noopener">
          <img src={photoAddress(id, 'small')} alt={words.value.photoOf(at + 1)} loading="lazy" />
        </a>
      ))}
    </div>
  );
}

export function Words({ label, busy, cancel, send }: { label: string; busy: boolean; cancel: () => void; send: (text: string) => void }) {
  const text = useSignal('');
  return (
    <form
      class="r-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.value.trim() !== '') send(text.value.trim());
      }}
    >
      <label>
        {label}
        <textarea rows={3} maxLength={2000} required value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <Foot busy={busy} cancel={cancel} />
    </form>
  );
}

export function Foot({ busy, cancel }: { busy: boolean; cancel: () => void }) {
  const t = words.value;
  return (
    <div class="r-pair">
      <button class="r-button quiet" type="button" onClick={cancel}>{t.cancel}</button>
      <button class="r-button" disabled={busy}>{t.submit}</button>
    </div>
  );
}
