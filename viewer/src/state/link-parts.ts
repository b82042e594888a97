// What tools add to the address of a view, each under a key of its own.
//
// In: the parts of tools, when they come; the address. Out: texts for the address, and back. What no
// tool has asked for yet is kept as it is, so that a link loses nothing while tools are on their way.
import { computed, signal } from '@preact/signals-core';

export interface LinkPart {
  /** What stands in the address now; null for nothing. Reads signals, so that a change is written. */
  write(): string | null;
  /** Takes over what the address says; null where it says nothing. Hostile: check everything. */
  read(text: string | null): void;
}

const parts = signal<ReadonlyMap<string, LinkPart>>(new Map());
let given = new Map<string, string>();

/** Adds a part, gives it what the address says about it, and returns what takes it out again. */
export function linkPart(key: string, part: LinkPart): () => void {
  const text = given.get(key);
  if (text !== undefined) part.read(text);
  given.delete(key);
  parts.value = new Map(parts.peek()).set(key, part);
  return () => {
    const rest = new Map(parts.peek());
    rest.delete(key);
    parts.value = rest;
  };
}

/** Tells all parts what a followed address says; what is nobody's waits. */
export function readLinkParts(texts: ReadonlyMap<string, string>): void {
  given = new Map([...texts].filter(([key]) => !parts.peek().has(key)));
  for (const [key, part] of parts.peek()) part.read(texts.get(key) ?? null);
}

/** Keys that the address had and no part has asked for. */
export const waitingKeys = (): readonly string[] => [...given.keys()];

/** What stands in the address besides camera, selection and language. */
export const linkTexts = computed<readonly (readonly [string, string])[]>(() => {
  const own = [...parts.value].flatMap(([key, part]) => {
    const text = part.write();
    return text === null || text === '' ? [] : [[key, text] as const];
  });
  return [...own, ...given].sort(([a], [b]) => (a < b ? -1 : 1));
});
