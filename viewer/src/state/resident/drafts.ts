// Reports that are written and not sent yet: kept in the browser's database, sent when there is a network.
//
// In: drafts with their photographs and voices. Out: what waits, and what was sent. A draft is deleted only when the server
// has said that it has the report; one that it refuses for good is kept with its reason until the resident decides.
import { ApiError } from '../../api/client';
import { postPhoto, postReport } from '../../api/report-deeds';
import type { Report } from '../../api/reports';
import { postVoice } from '../../api/voices';
import { reaching } from './me';
import { waiting, type Draft, type DraftPhoto } from './waiting';

const NAME = 'twin-drafts';
/** How often it is tried while the page is open. */
const EVERY_MS = 30_000;

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('drafts', { keyPath: 'key' });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('the database cannot be opened'));
  });
}

async function within<T>(mode: IDBTransactionMode, act: (drafts: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = opened.transaction('drafts', mode);
      const asked = act(transaction.objectStore('drafts'));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error('the draft cannot be kept'));
    });
  } finally {
    opened.close();
  }
}

async function look(): Promise<void> {
  const drafts = await within('readonly', (store) => store.getAll() as IDBRequest<Draft[]>);
  waiting.value = drafts.sort((a, b) => a.written - b.written);
}

/** Keeps a draft until it is sent. */
export async function keep(draft: Draft): Promise<void> {
  await within('readwrite', (store) => store.put(draft));
  await look();
}

export async function drop(key: string): Promise<void> {
  await within('readwrite', (store) => store.delete(key));
  await look();
}

/**
 * The draft once the server has its photographs and its voice. Their ids are part of what is sent: a report that is sent
 * twice must say the same.
 */
export async function uploaded(draft: Draft): Promise<Draft> {
  const { photos, voice } = draft;
  if (photos.every(({ id }) => id !== null) && voice?.id !== null) return draft;
  const sent = [];
  for (const photo of photos) sent.push(await withId(photo, postPhoto));
  return { ...draft, photos: sent, ...(voice ? { voice: await withId(voice, postVoice) } : {}) };
}

const withId = async <T extends DraftPhoto>(one: T, post: (file: Blob) => Promise<{ readonly id: string }>): Promise<T> =>
  one.id === null ? { ...one, id: (await reaching(post(one.file))).id } : one;

/** Sends a draft whose photographs and voice the server has. */
export async function send(draft: Draft): Promise<Report> {
  try {
    const voice = draft.voice?.id;
    return await reaching(postReport({ ...draft.report, photos: draft.photos.flatMap(({ id }) => id ?? []), ...(voice ? { voice } : {}) }, draft.key));
  } catch (error) {
    // Photographs and voices are kept for a day without a report: one that waited longer sends them again.
    if (!(error instanceof ApiError) || (error.code !== 'unknown_photo' && error.code !== 'unknown_voice')) throw error;
    const again = { photos: draft.photos.map(({ file }) => ({ file, id: null })), ...(draft.voice ? { voice: { ...draft.voice, id: null } } : {}) };
    return send(await uploaded({ ...draft, ...again, key: crypto.randomUUID() }));
  }
}

/** Whether trying again later may help. */
export const mayPass = (error: unknown): boolean => !(error instanceof ApiError) || error.failure === 'unreachable' || error.status === 429 || (error.status ?? 0) >= 500 || error.failure === 'denied';

let sending = false;

/** Sends whatever waits; one at a time, and no further than to the first that gets no answer. */
export async function sendWaiting(sent: (report: Report) => void): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    await look();
    if (!navigator.onLine) return;
    for (const draft of waiting.peek().filter(({ refused }) => refused === null)) {
      try {
        const ready = await uploaded(draft);
        if (ready !== draft) await keep(ready);
        sent(await send(ready));
        await drop(draft.key);
      } catch (error) {
        if (mayPass(error)) return;
        await keep({ ...draft, refused: error instanceof ApiError ? (error.detail ?? error.message) : String(error) });
      }
    }
  } finally {
    sending = false;
  }
}

/** Sends what waits now, whenever the network comes back, and now and then. */
export function startDrafts(sent: (report: Report) => void): void {
  // Browsers without a database (private windows of some) send at once or not at all, which the form says.
  const attempt = (): void => void sendWaiting(sent).catch(() => undefined);
  addEventListener('online', attempt);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') attempt();
  });
  setInterval(attempt, EVERY_MS);
  attempt();
}
