import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('the_committed_types_are_those_of_the_openapi_document', async () => {
  const source = new URL('../../schemas/openapi.json', import.meta.url);
  const now = astToString(await openapiTS(source));
  const committed = readFileSync(new URL('../src/api/schema.gen.ts', import.meta.url), 'utf8');
  // If this fails: npm run types
  expect(committed.replace(/^\/\*\*[\s\S]*?\*\/\s*/, '').trim()).toBe(now.replace(/^\/\*\*[\s\S]*?\*\/\s*/, '').trim());
});
