// What a device belongs to in a building model: its name and class; a click goes there.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, getObject } from '../api/client';
import type { ModelObject } from '../api/types';
import { goToElement } from '../state/bim';
import { line } from '../state/live';
import { publication } from '../state/session';
import { texts } from '../state/settings';
import { classWord, objectName, words } from './bim-texts';
import { sheetWords } from './sheet-texts';

export function BoundObject({ id }: { id: string }) {
  const t = words.value;
  const found = useSignal<ModelObject | 'failed' | 'gone' | null>(null);
  // Asked again with another version, and when the line comes back.
  const version = publication.value?.version;
  const alive = line.value.state === 'live';
  useEffect(() => {
    const known = found.peek();
    if (known === 'failed' && !alive) return undefined;
    found.value = null;
    const stop = new AbortController();
    getObject(id, stop.signal).then(
      (object) => (found.value = object),
      (error: unknown) => {
        if (!stop.signal.aborted) found.value = error instanceof ApiError && error.failure === 'missing' ? 'gone' : 'failed';
      },
    );
    return () => stop.abort();
  }, [id, version, alive]);
  const object = found.value;
  return (
    <>
      <dt>{t.boundTo}</dt>
      <dd>
        {object === null && texts.value.looking}
        {object === 'failed' && sheetWords.value.lookupFailed}
        {object === 'gone' && sheetWords.value.gone}
        {object && typeof object === 'object' && (
          <button class="link" onClick={() => goToElement(object)}>
            {objectName(object)}
            {object.bim && objectName(object) !== classWord(object.bim.ifc_class) && ` · ${classWord(object.bim.ifc_class)}`}
          </button>
        )}
      </dd>
    </>
  );
}
