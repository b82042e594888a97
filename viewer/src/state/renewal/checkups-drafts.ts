// What people have typed into the form of a check-up and the server does not have yet, kept in the browser, so that
// neither a dead spot in a stairwell nor a closed page loses it.
//
// In: what is typed. Out: drafts by indicator and object. Called by the form. Without storage they live as long as the page.
import type { ValueDraft } from '../../api/checkups';
import type { DraftPhoto } from './checkups-photos';

/** An indicator at an object: codes of indicators hold no `:`. */
export const keyOf = (indicator: string, object: string): string => `${indicator}:${object}`;

export const objectOf = (key: string): string => key.slice(key.indexOf(':') + 1);
export const indicatorOf = (key: string): string => key.slice(0, key.indexOf(':'));

export interface Draft {
  /** As it was typed; empty takes the value out. */
  readonly text: string;
  readonly remark: string;
  /** Absent: those that the value before has. */
  readonly photos?: readonly DraftPhoto[];
  /** When the value over which it was written was given; null where there was none. Another one means that someone was faster. */
  readonly base: string | null;
  /** Whether it was asked to be saved, and is sent again by itself. */
  readonly asked: boolean;
}

export type Drafts = ReadonlyMap<string, Draft>;

/** Each who works at this browser has drafts of their own. */
const place = (checkUp: number, who: string): string => `twin.checkup.${checkUp}.${who}`;

export function readDrafts(checkUp: number, who: string, storage: Pick<Storage, 'getItem'>): Drafts {
  try {
    const kept: unknown = JSON.parse(storage.getItem(place(checkUp, who)) ?? '[]');
    return new Map((Array.isArray(kept) ? (kept as unknown[]) : []).flatMap((entry) => (isEntry(entry) ? [entry] : [])));
  } catch {
    return new Map();
  }
}

function isEntry(entry: unknown): entry is [string, Draft] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !entry[0].includes(':')) return false;
  const draft = entry[1] as Partial<Draft> | null;
  const said = typeof draft?.text === 'string' && typeof draft.remark === 'string' && typeof draft.asked === 'boolean' && (draft.base === null || typeof draft.base === 'string');
  return said && (draft.photos === undefined || (Array.isArray(draft.photos) && draft.photos.every(isPhoto)));
}

const isPhoto = (photo: unknown): boolean => {
  const { local, id } = (photo ?? {}) as Partial<DraftPhoto>;
  return (local === null || typeof local === 'string') && (id === null || typeof id === 'string');
};

/** Whether they are kept. */
export function writeDrafts(checkUp: number, who: string, drafts: Drafts, storage: Pick<Storage, 'setItem' | 'removeItem'>): boolean {
  try {
    if (drafts.size === 0) storage.removeItem(place(checkUp, who));
    else storage.setItem(place(checkUp, who), JSON.stringify([...drafts]));
    return true;
  } catch {
    return false;
  }
}

/** The number that was typed; null for nothing, NaN for what is none. Full-width digits and a comma for the point are what keyboards give. */
export function numberOf(text: string): number | null {
  const plain = text.normalize('NFKC').trim().replace(/^−/, '-').replace(/^(-?\d+),(\d+)$/, '$1.$2').replace(/。/, '.');
  if (plain === '') return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
}

/** A draft as the server takes it; photographs of the value before, `before`, stay where it says nothing of them. */
export function valueOf(key: string, { text, remark, photos: own }: Draft, before: readonly string[]): ValueDraft {
  const value = numberOf(text);
  const photos = own ? own.flatMap(({ id }) => id ?? []) : before;
  return {
    indicator: indicatorOf(key),
    object: objectOf(key),
    value,
    ...(value !== null && remark.trim() !== '' ? { remark: remark.trim() } : {}),
    ...(value !== null && photos.length > 0 ? { photos: [...photos] } : {}),
  };
}

/** What is wrong with a value, by its place in the form that was sent: `values[3].note: …`. */
export function faultsOf(errors: readonly string[]): ReadonlyMap<number, { readonly field: string; readonly words: string }> {
  return new Map(
    errors.flatMap((error) => {
      const [whole, at, field = '', words = ''] = /^values\[(\d+)\]\.(\w+): ([\s\S]*)$/.exec(error) ?? [];
      return whole === undefined ? [] : [[Number(at), { field, words }] as const];
    }),
  );
}
