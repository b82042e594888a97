import { expect, test } from 'vitest';
import type { Indicator } from '../../api/checkups';
import { narrowed, rowProblems } from './catalogue';

const indicator = (code: string, more: Partial<Indicator>): Indicator => ({ code, name: { zh: code }, dimension: { zh: '住房' }, family: 'physical', levels: ['building'], counts: {}, supplier: { zh: '物业', en: 'Property' }, ...more }) as Indicator;
const ALL = [indicator('gas', { name: { zh: '燃气安全隐患', en: 'Gas hazards' } }), indicator('online', { family: 'smart', dimension: { zh: '数字基础设施' }, levels: ['neighbourhood', 'community'], counts: { en: 'Devices that are online' } })];
const codes = (by: Partial<Parameters<typeof narrowed>[1]>): string[] => narrowed(ALL, { q: '', family: '', dimension: '', level: '', ...by }).map(({ code }) => code);

test('indicators_are_found_by_any_word_about_them_in_either_language', () => {
  expect(codes({ q: 'GAS' })).toEqual(['gas']);
  expect(codes({ q: '物业' })).toEqual(['gas', 'online']);
  expect(codes({ q: 'online devices' })).toEqual(['online']);
  expect([codes({ family: 'smart' }), codes({ dimension: '住房' }), codes({ level: 'community' })]).toEqual([['online'], ['gas'], ['online']]);
});

test('each_bad_row_of_a_table_names_its_line_and_column', () => {
  const lines = [
    'line 3: `direction` is `sideways`, use one of more_is_better, less_is_better', 'line 4: `min` is `low`, not a number', 'line 5: `urgent_d` is 1.5, not a number of days',
    'line 6: `urgent` is 1, which is no worse than `ordinary` 1', 'line 7: there is no threshold, one of `ordinary`, `pressing` and `urgent` is needed', 'line 1: column `family` (体检类别) is missing\nhint: start from a template',
    'line 8: a code has 1 to 64 letters, digits, `-`, `_` or `.`', 'line 9: something new', 'and 12 more',
  ];
  expect(rowProblems(lines).map(({ line, column, reason }) => [line, column, reason])).toEqual([
    [3, 'direction', 'choice'], [4, 'min', 'number'], [5, 'urgent_d', 'days'], [6, 'urgent', 'order'], [7, '', 'threshold'], [1, 'family', 'missing'], [8, 'code', 'code'], [9, '', null], [null, '', null],
  ]);
});
