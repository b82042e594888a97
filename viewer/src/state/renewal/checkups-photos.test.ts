import { beforeEach, expect, test, vi } from 'vitest';
import { readDrafts } from './checkups-drafts';
import type { PhotoFiles } from './checkups-photos';

/** A server that takes photographs and values, and files that wait in a browser. */
const server = { values: [] as unknown[], photos: 0, forms: [] as unknown[], refuse: [] as { status: number; code: string }[], away: false };
const kept = new Map<string, string>();
const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text), removeItem: (key: string) => void kept.delete(key) };
const waiting = new Map<string, Blob>();
const files: PhotoFiles = {
  put: (key, file) => Promise.resolve(waiting.set(key, file).has(key)),
  get: (key) => Promise.resolve(waiting.get(key) ?? null),
  drop: (keys) => {
    for (const key of keys) waiting.delete(key);
    return Promise.resolve();
  },
};

beforeEach(() => {
  kept.clear();
  waiting.clear();
  Object.assign(server, { values: [], photos: 0, forms: [], refuse: [], away: false });
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', documentElement: { lang: 'en' } });
  vi.stubGlobal('fetch', (address: string, { method, body }: { method: string; body: string | null }) => {
    if (server.away) return Promise.reject(new TypeError('no network'));
    if (method === 'GET') return Promise.resolve(Response.json({ values: server.values }));
    const refusal = server.refuse.shift();
    if (refusal) return Promise.resolve(new Response(JSON.stringify({ ...refusal, detail: 'no' }), { status: refusal.status, headers: { 'content-type': 'application/problem+json' } }));
    if (address.endsWith('/photos')) return Promise.resolve(Response.json({ id: `p${(server.photos += 1)}` }));
    const sent = JSON.parse(body ?? '') as { readonly values: readonly object[] };
    server.forms.push(sent.values);
    server.values = sent.values.map((value) => ({ ...value, source: 'form', by: 'user:li', at: `t${server.forms.length}` }));
    return Promise.resolve(Response.json({}));
  });
});

const GAS = 'gas:building/b1';
const picture = (): Blob => new Blob(['picture'], { type: 'image/jpeg' });

async function opened() {
  const { Form } = await import('./checkups-form');
  return new Form(7, 'user:li', [], storage, files);
}

test('photographs_wait_in_the_browser_and_go_before_their_value', async () => {
  const form = await opened();
  form.write(GAS, { text: '2' });
  await form.addPhotos(GAS, [picture(), picture()]);
  expect([waiting.size, readDrafts(7, 'user:li', storage).get(GAS)?.photos?.length]).toEqual([2, 2]);
  form.close();
  const again = await opened();
  await again.save([GAS]);
  expect(server.forms).toEqual([[{ indicator: 'gas', object: 'building/b1', value: 2, photos: ['p1', 'p2'] }]]);
  expect([again.drafts.value.size, waiting.size, again.photosAt(GAS).map(({ id }) => id)]).toEqual([0, 0, ['p1', 'p2']]);
});

test('one_is_taken_out_and_the_others_of_the_value_stay', async () => {
  server.values = [{ indicator: 'gas', object: 'building/b1', value: 1, photos: ['a', 'b'], at: 't0', source: 'form', by: 'user:li' }];
  const form = await opened();
  await form.refresh();
  form.write(GAS, { photos: form.photosAt(GAS).slice(1) });
  await form.addPhotos(GAS, Array.from({ length: 9 }, picture));
  expect(form.photosAt(GAS).length, 'no more than the server takes').toBe(6);
  await form.save([GAS]);
  expect(server.forms).toEqual([[{ indicator: 'gas', object: 'building/b1', value: 1, photos: ['b', 'p1', 'p2', 'p3', 'p4', 'p5'] }]]);
});

test('what_goes_with_nothing_any_more_is_not_kept', async () => {
  const form = await opened();
  form.write(GAS, { text: '2' });
  await form.addPhotos(GAS, [picture()]);
  form.drop(GAS);
  expect(waiting.size).toBe(0);
});

test('a_photograph_that_was_sent_is_not_sent_again_unless_the_server_has_forgotten_it', async () => {
  const form = await opened();
  form.write(GAS, { text: '2' });
  await form.addPhotos(GAS, [picture()]);
  server.refuse = [];
  const put = form.save([GAS]);
  await put;
  expect(server.photos).toBe(1);
  form.write(GAS, { text: '3' });
  await form.addPhotos(GAS, [picture()]);
  // The photograph is taken, the form is not: it waited for more than a day.
  const take = vi.spyOn(globalThis, 'fetch');
  take.mockImplementationOnce(() => Promise.resolve(Response.json({ id: 'old' })));
  take.mockImplementationOnce(() => Promise.resolve(Response.json({ values: server.values })));
  take.mockImplementationOnce(() => Promise.resolve(new Response(JSON.stringify({ code: 'unknown_photo', detail: 'no' }), { status: 422, headers: { 'content-type': 'application/problem+json' } })));
  await form.save([GAS]);
  expect(server.forms.at(-1)).toEqual([{ indicator: 'gas', object: 'building/b1', value: 3, photos: ['p1', 'p2'] }]);
  expect(form.drafts.value.size).toBe(0);
});

test('what_is_no_picture_is_told_beside_its_field_and_keeps_nothing_else_back', async () => {
  const form = await opened();
  form.write(GAS, { text: '2' });
  await form.addPhotos(GAS, [picture()]);
  form.write('roof:building/b1', { text: '1' });
  server.refuse = [{ status: 422, code: 'unreadable_photo' }];
  await form.save([GAS, 'roof:building/b1']);
  expect(form.troubles.value.get(GAS)).toEqual({ why: 'photo', words: 'no' });
  expect([[...form.drafts.value.keys()], waiting.size, server.forms.length]).toEqual([[GAS], 1, 1]);
});

test('a_file_that_the_browser_has_lost_is_told_and_left_out', async () => {
  const form = await opened();
  form.write(GAS, { text: '2' });
  await form.addPhotos(GAS, [picture()]);
  waiting.clear();
  await form.save([GAS]);
  expect([form.troubles.value.get(GAS), form.photosAt(GAS)]).toEqual([{ why: 'photo', words: null }, []]);
  await form.save([GAS]);
  expect(server.forms).toEqual([[{ indicator: 'gas', object: 'building/b1', value: 2 }]]);
});

test('without_a_network_photographs_wait_with_their_value', async () => {
  const form = await opened();
  form.write(GAS, { text: '2' });
  await form.addPhotos(GAS, [picture()]);
  server.away = true;
  await form.save([GAS]);
  expect([form.reached.value, waiting.size, form.drafts.value.get(GAS)?.asked]).toEqual([false, 1, true]);
  form.close();
});
