// Texts of the residents' first pages in the current language, and moments as people say them.
import { computed, signal } from '@preact/signals-core';
import { ago, clock, named } from '../i18n/format';
import { zh, type ResidentTexts } from '../i18n/resident';
import { language } from '../state/preferences';
import { kinds } from '../state/resident/reports';

const english = signal<ResidentTexts | null>(null);

/** Chinese until English has come. */
export const words = computed(() => (language.value === 'en' ? english.value : null) ?? zh);

/** Fetches English for those who read it; for others nothing is to be done. */
export async function fetchWords(): Promise<void> {
  if (language.peek() !== 'en' || english.peek()) return;
  english.value = await import('../i18n/resident-en').then(
    ({ en }) => en,
    () => null,
  );
}

export const kindName = (id: string): string => named(kinds.value?.get(id)?.name, language.value, id);

export const moment = (instant: string): string => clock(new Date(instant), new Date(), language.value);

export const since = (instant: string): string => ago(new Date(instant), new Date(), language.value);
