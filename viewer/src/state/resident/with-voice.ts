// A word or a deed that is said with a voice, and as often as it is tried: the voice goes to the server once.
//
// In: the voice that stands in a form, and what to do with its id. Out: what that gave. Called by the pages of a report.
import type { Signal } from '@preact/signals-core';
import { ApiError } from '../../api/client';
import { postVoice } from '../../api/voices';
import { reaching } from './me';
import type { DraftVoice } from './waiting';

/** The id stands in the form once the server has the voice: what is refused, or gets no answer, is tried again without it. */
export async function withVoice<T>(voice: Signal<DraftVoice | null>, say: (said: { readonly voice?: string }) => Promise<T>): Promise<T> {
  const spoken = voice.peek();
  if (!spoken) return say({});
  /** Unless it was recorded anew or deleted meanwhile. */
  const note = (id: string | null): void => {
    if (voice.peek()?.file === spoken.file) voice.value = { ...spoken, id };
  };
  const id = spoken.id ?? (await reaching(postVoice(spoken.file))).id;
  note(id);
  try {
    return await say({ voice: id });
  } catch (error) {
    // Voices are kept for a day; or it was sent, and the answer was lost: whoever presses once more says it anew.
    if (error instanceof ApiError && error.code === 'unknown_voice') note(null);
    throw error;
  }
}
