import { expect, test } from 'vitest';
import { field, line } from './csv';

test('fields_follow_rfc_4180_and_let_no_formula_in', () => {
  expect(['a', 'a,b', 'say "x"', 'two\nlines', '=1+1', -5, true, null].map(field)).toEqual(['a', '"a,b"', '"say ""x"""', '"two\nlines"', "'=1+1", '-5', 'true', '']);
  expect(line(['a', 1.5, null])).toBe('a,1.5,\r\n');
});
