// Objects of the model that a text finds, as places of a project: buildings here, what building models hold on the server.
//
// In: a text. Out: objects with their names, and how many more there are.
import { getFeatures, getQueryables } from '../../api/search';
import type { LocalizedText } from '../../api/types';
import { condition, findObjects, wordsOf } from '../search';
import { buildings } from '../session';

export interface FoundPlace {
  readonly id: string;
  readonly name: LocalizedText;
  readonly group: 'buildings' | 'storeys' | 'spaces' | 'elements';
}

/** Shown of a group; more words find fewer. */
const SHOWN = 8;

export async function findPlaces(text: string, signal: AbortSignal): Promise<{ readonly found: readonly FoundPlace[]; readonly more: number }> {
  const words = wordsOf(text);
  if (words.length === 0) return { found: [], more: 0 };
  const own = findObjects(buildings.peek(), words);
  const remote = await Promise.all((['storeys', 'spaces', 'elements'] as const).map((group) => ask(group, words, signal)));
  const found = [...own.slice(0, SHOWN).map(({ id, name }) => ({ id, name: name ?? {}, group: 'buildings' as const })), ...remote.flatMap((one) => one.found)];
  return { found, more: own.length + remote.reduce((sum, { matched }) => sum + matched, 0) - found.length };
}

async function ask(group: 'storeys' | 'spaces' | 'elements', words: readonly string[], signal: AbortSignal): Promise<{ readonly found: readonly FoundPlace[]; readonly matched: number }> {
  const types = await getQueryables(group, signal);
  // Each word is a long condition; addresses have an end.
  const { features, matched } = await getFeatures(group, words.slice(0, 2).map((word) => condition(word, types)).join(' AND '), SHOWN, signal);
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return { found: features.map(({ id, properties }) => ({ id, name: { zh: text(properties.name_zh), en: text(properties.name_en) }, group })), matched };
}
