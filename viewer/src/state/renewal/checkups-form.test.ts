import { beforeEach, expect, test, vi } from 'vitest';

/** A server with values by key, and what it answers to the next form. */
const server = { values: new Map<string, { value: number; at: string; remark?: string }>(), status: 200, errors: [] as string[], away: false, forms: [] as unknown[] };
const kept = new Map<string, string>();
const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text), removeItem: (key: string) => void kept.delete(key) };

interface Sent {
  readonly values: readonly { readonly indicator: string; readonly object: string; readonly value: number | null; readonly remark?: string }[];
}

beforeEach(() => {
  kept.clear();
  Object.assign(server, { values: new Map(), status: 200, errors: [], away: false, forms: [] });
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', documentElement: { lang: 'en' } });
  vi.stubGlobal('fetch', (address: string, init: { method: string; body: string | null }) => {
    if (server.away) return Promise.reject(new TypeError('no network'));
    if (init.method === 'GET') return Promise.resolve(Response.json({ values: listed(new URL(address).searchParams.get('object')) }));
    const form = JSON.parse(init.body ?? '') as Sent;
    server.forms.push(form.values);
    const [status, errors] = [server.status, server.errors];
    Object.assign(server, { status: 200, errors: [] });
    if (status !== 200) return Promise.resolve(new Response(JSON.stringify({ code: 'bad_values', detail: 'no', errors }), { status, headers: { 'content-type': 'application/problem+json' } }));
    for (const { indicator, object, value, remark } of form.values) {
      if (value === null) server.values.delete(`${indicator}:${object}`);
      else server.values.set(`${indicator}:${object}`, { value, at: `t${server.forms.length}`, ...(remark === undefined ? {} : { remark }) });
    }
    return Promise.resolve(Response.json({}));
  });
});

const listed = (of: string | null): unknown[] =>
  [...server.values].flatMap(([key, value]) => {
    const [indicator, object] = key.split(':');
    return of === null || of === object ? [{ indicator, object, source: 'form', by: 'user:wang', ...value }] : [];
  });

async function opened() {
  const { Form } = await import('./checkups-form');
  return new Form(7, 'user:li', [], storage);
}

const GAS = 'gas:building/b1';
const ROOF = 'roof:building/b1';

test('what_is_typed_is_kept_in_the_browser_until_the_server_has_it', async () => {
  const form = await opened();
  form.write(GAS, { text: '２' });
  form.write(GAS, { remark: '管道锈蚀' });
  const again = await opened();
  expect(again.drafts.value.get(GAS)).toMatchObject({ text: '２', remark: '管道锈蚀' });
  await again.save([GAS]);
  expect(server.forms).toEqual([[{ indicator: 'gas', object: 'building/b1', value: 2, remark: '管道锈蚀' }]]);
  expect([again.drafts.value.size, kept.size, again.values.value.get(GAS)?.value]).toEqual([0, 0, 2]);
});

test('a_failed_connection_loses_nothing_and_the_page_after_sends_it', async () => {
  server.away = true;
  const form = await opened();
  form.write(GAS, { text: '1' });
  await form.save([GAS]);
  expect([form.reached.value, form.drafts.value.size]).toEqual([false, 1]);
  form.close();
  server.away = false;
  const again = await opened();
  await vi.waitFor(() => expect(again.drafts.value.size).toBe(0));
  expect(server.values.get(GAS)?.value).toBe(1);
});

test('what_the_server_names_is_told_beside_its_field_and_the_rest_is_saved', async () => {
  const form = await opened();
  form.write(GAS, { text: '9' });
  form.write(ROOF, { text: '1' });
  Object.assign(server, { status: 422, errors: ['values[0].value: the value is 9, from 0 to 3 is possible'] });
  await form.save([GAS, ROOF]);
  expect(form.troubles.value.get(GAS)).toEqual({ why: 'refused', field: 'value', words: 'the value is 9, from 0 to 3 is possible' });
  expect([server.values.has(GAS), server.values.get(ROOF)?.value, [...form.drafts.value.keys()]]).toEqual([false, 1, [GAS]]);
});

test('a_refusal_that_names_no_field_stops_and_keeps_everything', async () => {
  const form = await opened();
  form.write(GAS, { text: '1' });
  Object.assign(server, { status: 409 });
  await form.save([GAS]);
  expect([form.refused.value !== null, form.drafts.value.get(GAS)?.asked, server.forms.length]).toEqual([true, false, 1]);
});

test('nobody_overwrites_what_someone_gave_meanwhile_without_having_seen_it', async () => {
  const form = await opened();
  form.write(GAS, { text: '1' });
  server.values.set(GAS, { value: 3, at: 'theirs' });
  await form.save([GAS]);
  expect(form.troubles.value.get(GAS)).toMatchObject({ why: 'meanwhile', theirs: { value: 3 } });
  expect(server.values.get(GAS)?.value).toBe(3);
  await form.save([GAS]);
  expect([server.values.get(GAS)?.value, form.drafts.value.size]).toEqual([1, 0]);
});

test('what_is_no_number_is_not_sent_and_a_remark_alone_is_none', async () => {
  const form = await opened();
  form.write(GAS, { text: 'two' });
  form.write(ROOF, { remark: 'leaks' });
  await form.save([GAS, ROOF]);
  expect([server.forms.length, form.troubles.value.get(GAS), form.troubles.value.get(ROOF)]).toEqual([0, { why: 'not_a_number' }, { why: 'not_a_number' }]);
});

test('typing_what_the_server_has_leaves_nothing_to_send', async () => {
  server.values.set(GAS, { value: 2, at: 't0' });
  const form = await opened();
  await form.refresh();
  form.write(GAS, { text: '3' });
  form.write(GAS, { text: '2' });
  expect(form.drafts.value.size).toBe(0);
  form.write(GAS, { text: '' });
  await form.save([GAS]);
  expect(server.values.has(GAS)).toBe(false);
});
