// Photographs of values that are not sent yet: their files lie in the browser's database, since drafts are text, and are
// sent before the values that they go with.
//
// In: files that people take or choose. Out: the same by their keys. Called by the form. A browser without a database
// keeps them as long as the page.

/** As many as the server takes with a value. */
export const PHOTOS_MOST = 6;

/** A photograph of a draft: its file here, its id once the server has it; one of the value before has no file here. */
export interface DraftPhoto {
  readonly local: string | null;
  readonly id: string | null;
}

/** Where files wait. */
export interface PhotoFiles {
  /** Whether the file outlives the page. */
  put(key: string, file: Blob): Promise<boolean>;
  get(key: string): Promise<Blob | null>;
  drop(keys: readonly string[]): Promise<void>;
}

interface Kept {
  readonly key: string;
  readonly file: Blob;
  readonly put_ms: number;
}

const NAME = 'twin-form-photos';
const STORE = 'photos';

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'key' });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('the database cannot be opened'));
  });
}

async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = opened.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error('the photograph cannot be kept'));
    });
  } finally {
    opened.close();
  }
}

/** What the database does not take, in a private window or on a full disk, stays with the page. */
const withPage = new Map<string, Blob>();

export const browserFiles: PhotoFiles = {
  async put(key, file) {
    try {
      await within('readwrite', (store) => store.put({ key, file, put_ms: Date.now() } satisfies Kept));
      return true;
    } catch {
      withPage.set(key, file);
      return false;
    }
  },
  async get(key) {
    const here = withPage.get(key);
    if (here) return here;
    return (await within('readonly', (store) => store.get(key) as IDBRequest<Kept | undefined>).catch(() => undefined))?.file ?? null;
  },
  async drop(keys) {
    for (const key of keys) {
      withPage.delete(key);
      await within('readwrite', (store) => store.delete(key)).catch(() => undefined);
    }
  },
};

/** A file whose draft is nowhere after so long was left by a browser that lost the draft. */
const FORGOTTEN_MS = 86_400_000;

/** Drops the files of a day ago and older that no draft of any check-up names. */
export async function sweep(storage: Pick<Storage, 'length' | 'key' | 'getItem'>, now_ms: number): Promise<void> {
  const all = await within('readonly', (store) => store.getAll() as IDBRequest<Kept[]>).catch((): Kept[] => []);
  const drafts = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '').filter((name) => name.startsWith('twin.checkup.')).map((name) => storage.getItem(name) ?? '');
  await browserFiles.drop(all.filter(({ key, put_ms }) => now_ms - put_ms > FORGOTTEN_MS && !drafts.some((text) => text.includes(key))).map(({ key }) => key));
}

/** The photographs that a value has, as those of a draft. */
export const photosOf = (ids: readonly string[] | undefined): readonly DraftPhoto[] => (ids ?? []).map((id) => ({ local: null, id }));

/** The keys of files that drafts need. */
export const localsOf = (drafts: Iterable<{ readonly photos?: readonly DraftPhoto[] }>): ReadonlySet<string> => new Set([...drafts].flatMap(({ photos = [] }) => photos.flatMap(({ local }) => local ?? [])));

/** Whether a draft has just the photographs that the value before has. */
export const areThose = (photos: readonly DraftPhoto[], ids: readonly string[] | undefined): boolean => photos.length === (ids ?? []).length && photos.every(({ local, id }, at) => local === null && id === ids?.[at]);
