// What the server refuses is told in the language of the page.
import { expect, test, vi } from 'vitest';
import { ApiError, get } from './client';

const REFUSED = {
  code: 'bad_notice',
  detail: 'the notice is too short',
  hint: 'put its last day later',
  text: { zh: '公示期太短；请改晚最后一天', en: 'the notice is too short; put its last day later' },
};

async function toldTo(lang: string, problem: object): Promise<string | null> {
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', documentElement: { lang } });
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(problem, { status: 422, headers: { 'content-type': 'application/problem+json' } })));
  const error = await get('projects').catch((cause: unknown) => cause);
  return (error as ApiError).detail;
}

test('what_is_refused_is_told_in_the_language_of_the_page', async () => {
  expect(await toldTo('zh-CN', REFUSED)).toBe('公示期太短；请改晚最后一天');
  expect(await toldTo('en', REFUSED)).toBe('the notice is too short; put its last day later');
});

test('what_the_server_has_in_english_alone_is_told_in_english', async () => {
  expect(await toldTo('zh-CN', { code: 'bad_query', detail: 'a field is unknown' })).toBe('a field is unknown');
  expect(await toldTo('zh-CN', { code: 'odd' })).toBeNull();
});
