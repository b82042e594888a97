// What the pages about a report and about a project share: photographs, a form of a few words that may be said by voice,
// its buttons.
import { useSignal, type Signal } from '@preact/signals';
import { photoAddress } from '../api/photos';
import type { DraftVoice } from '../state/resident/waiting';
import { words } from './report-words';
import { VoiceField, spokenOnly } from './voices';

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

interface Asked {
  readonly label: string;
  readonly busy: boolean;
  readonly cancel: () => void;
  /** The voice as it stands in the form: whoever sends it notes there that the server has it. */
  readonly send: (text: string, voice: Signal<DraftVoice | null>) => void;
  /** Whether it can be said by voice. */
  readonly spoken?: boolean;
}

export function Words({ label, busy, cancel, send, spoken = false }: Asked) {
  const text = useSignal('');
  const voice = useSignal<DraftVoice | null>(null);
  const held = useSignal(false);
  return (
    <form
      class="r-form"
      onSubmit={(event) => {
        event.preventDefault();
        const words = text.value.trim() || (voice.value ? spokenOnly(voice.value) : '');
        if (words !== '' && !held.value) send(words, voice);
      }}
    >
      <label>
        {label}
        <textarea rows={3} maxLength={2000} required={!voice.value} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      {spoken && <VoiceField voice={voice.value} put={(now) => (voice.value = now)} hold={(now) => (held.value = now)} />}
      <Foot busy={busy || held.value} cancel={cancel} />
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
