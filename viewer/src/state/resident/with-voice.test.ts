import { signal } from '@preact/signals-core';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { DraftVoice } from './waiting';

let withVoice: typeof import('./with-voice').withVoice;
let ApiError: typeof import('../../api/client').ApiError;
/** How many voices the server was sent. */
let taken = 0;

const spoken = (text: string): DraftVoice => ({ file: new Blob([text]), id: null, ms: 1200 });
const refusing = (code: string) => (): Promise<never> => Promise.reject(new ApiError('fault', 'no', code, null, 422));

beforeAll(async () => {
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', documentElement: { lang: '' } });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ id: `voice-${++taken}`, duration_ms: 1200 }), { status: 201 })));
  [{ withVoice }, { ApiError }] = await Promise.all([import('./with-voice'), import('../../api/client')]);
});

beforeEach(() => (taken = 0));

test('a voice is sent once, however often its word is refused', async () => {
  const voice = signal<DraftVoice | null>(spoken('lamp'));
  await expect(withVoice(voice, refusing('changed_meanwhile'))).rejects.toThrow();
  await expect(withVoice(voice, () => Promise.reject(new ApiError('unreachable', 'no answer')))).rejects.toThrow();
  expect(await withVoice(voice, (said) => Promise.resolve(said))).toEqual({ voice: 'voice-1' });
  expect([taken, voice.peek()?.id]).toEqual([1, 'voice-1']);
});

test('one that the server does not know any more is sent anew with the next try', async () => {
  const voice = signal<DraftVoice | null>({ ...spoken('lamp'), id: 'of yesterday' });
  await expect(withVoice(voice, refusing('unknown_voice'))).rejects.toThrow();
  expect([taken, voice.peek()?.id]).toEqual([0, null]);
  expect(await withVoice(voice, (said) => Promise.resolve(said))).toEqual({ voice: 'voice-1' });
});

test('what is recorded anew meanwhile keeps its place', async () => {
  const [voice, anew] = [signal<DraftVoice | null>(spoken('lamp')), spoken('bench')];
  const trying = withVoice(voice, refusing('unknown_voice'));
  voice.value = anew;
  await expect(trying).rejects.toThrow();
  expect(voice.peek()).toBe(anew);
});

test('what is only written needs no voice', async () => {
  expect(await withVoice(signal<DraftVoice | null>(null), (said) => Promise.resolve(said))).toEqual({});
  expect(taken).toBe(0);
});
