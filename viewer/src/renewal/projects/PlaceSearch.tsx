// Finds objects of the model and gives their ids: one field, what it found below, each a button.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ProjectPlace } from '../../api/project-work';
import { named } from '../../i18n/format';
import { moveInList, onEscape } from '../../panels/rows';
import { findPlaces } from '../../state/renewal/project-search';
import { language } from '../../state/settings';
import { Input } from './fields';
import { planWords } from './plan-words';

type Answer = Awaited<ReturnType<typeof findPlaces>> | 'asking' | 'failed' | null;

const PAUSE_MS = 300;

export function PlaceSearch({ taken, add }: { taken: readonly ProjectPlace[]; add: (object: string) => void }) {
  const t = planWords.value;
  const text = useSignal('');
  const answer = useSignal<Answer>(null);
  useEffect(() => {
    answer.value = text.value.trim() === '' ? null : 'asking';
    if (text.value.trim() === '') return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      findPlaces(text.value, stop.signal).then(
        (found) => !stop.signal.aborted && (answer.value = found),
        () => !stop.signal.aborted && (answer.value = 'failed'),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text.value]);
  const now = answer.value;
  return (
    <div class="p-search" onKeyDown={onEscape(() => (text.value = ''))}>
      <div onKeyDown={(event) => event.key === 'Enter' && event.target instanceof HTMLInputElement && event.preventDefault()}>
        <Input label={t.searchPlace} value={text.value} write={(value) => (text.value = value)} />
      </div>
      {now !== null && (
        <p class="n-note" role="status">
          {now === 'asking' ? t.searching : now === 'failed' ? t.searchFailed : now.found.length === 0 ? t.nothingFound : t.found(now.found.length)}
        </p>
      )}
      {now !== null && typeof now === 'object' && now.found.length > 0 && (
        <ul class="p-found" onKeyDown={moveInList}>
          {now.found.map(({ id, name }) => {
            const isTaken = taken.some((place) => place.type === 'object' && place.object === id);
            return (
              <li key={id}>
                <button class="item" type="button" aria-pressed={isTaken} disabled={isTaken} onClick={() => add(id)}>
                  <span>{named(name, language.value, id)}</span>
                  <small>{id}</small>
                </button>
              </li>
            );
          })}
        </ul>
      )}
      {now !== null && typeof now === 'object' && now.more > 0 && <p class="n-note">{t.more(now.more)}</p>}
    </div>
  );
}
