// Which tool is in the user's hand: one at a time, its card open, taps in the scene its own.
//
// In: buttons and keys. Out: signals. What a tool knows lies in a module of its own, which comes when
// the tool is first wanted.
import { batch, computed, signal } from '@preact/signals-core';
import type { ToolName } from '../i18n/tools';
import type { Language } from '../i18n/words';

export type { ToolName };

export const tool = signal<ToolName | null>(null);

/** Tools that were wanted once, by hand or by the address: their modules are there or on the way. */
export const wantedTools = signal<ReadonlySet<ToolName>>(new Set());

/** Says that something of a tool goes on while it is closed, and ends it. */
export interface Chip {
  text(language: Language): string;
  endText(language: Language): string;
  end(): void;
}
export const chips = signal<ReadonlyMap<ToolName, Chip>>(new Map());

export function setChip(name: ToolName, chip: Chip | null): void {
  const next = new Map(chips.peek());
  if (chip) next.set(name, chip);
  else next.delete(name);
  chips.value = next;
}

export function want(name: ToolName): void {
  if (!wantedTools.peek().has(name)) wantedTools.value = new Set(wantedTools.peek()).add(name);
}

export function toggleTool(name: ToolName): void {
  want(name);
  tool.value = tool.peek() === name ? null : name;
}

/** Tools whose module could not be fetched; a press of their button tries again. */
export const missingTools = signal<ReadonlySet<ToolName>>(new Set());

/** Notes that modules could not be fetched: who wants them again, asks again. */
export function missed(names: Iterable<ToolName>): void {
  const all = [...names];
  batch(() => {
    missingTools.value = new Set([...missingTools.peek(), ...all]);
    wantedTools.value = new Set([...wantedTools.peek()].filter((name) => !all.includes(name)));
  });
}

export function come(name: ToolName): void {
  missingTools.value = new Set([...missingTools.peek()].filter((one) => one !== name));
}

/** Whether the current tool's module is missing. */
export const toolMissing = computed(() => tool.value !== null && missingTools.value.has(tool.value));
