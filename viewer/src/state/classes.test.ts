import { expect, test } from 'vitest';
import { breaksOf, categoriesOf, classAt, rampStep, readNumbers } from './classes';

const counts = (values: number[], breaks: number[]): number[] => {
  const found = Array.from({ length: breaks.length + 1 }, () => 0);
  for (const value of values) found[classAt(value, breaks)] = (found[classAt(value, breaks)] ?? 0) + 1;
  return found;
};

test('quantiles_hold_the_same_number_each', () => {
  const values = Array.from({ length: 100 }, (_, i) => i * i);
  expect(counts(values, breaksOf(values, 'quantile', 5, []))).toEqual([20, 20, 20, 20, 20]);
});

test('equal_classes_are_as_wide_as_one_another', () => {
  expect(breaksOf([0, 1, 2, 10], 'equal', 5, [])).toEqual([2, 4, 6, 8]);
});

test('values_that_hardly_differ_make_fewer_classes', () => {
  expect(breaksOf([5, 5, 5, 5, 6], 'quantile', 5, [])).toEqual([6]);
  expect(breaksOf([5, 5], 'equal', 5, [])).toEqual([]);
  expect(breaksOf([], 'quantile', 5, [])).toEqual([]);
});

test('own_breaks_stay_in_order_and_are_no_more_than_colours', () => {
  expect(breaksOf([1], 'own', 5, [9, 3, 3])).toEqual([3, 9]);
  expect(breaksOf([1], 'own', 5, [1, 2, 3, 4, 5, 6, 7, 8])).toHaveLength(6);
});

test('a_value_on_a_break_belongs_to_what_begins_there', () => {
  expect([2.9, 3, 3.1].map((value) => classAt(value, [3]))).toEqual([0, 1, 1]);
});

test('the_most_frequent_words_come_first_and_the_ninth_is_among_others', () => {
  expect(categoriesOf(['b', 'a', 'b', null, true])).toEqual(['b', 'a', 'true']);
  expect(categoriesOf(Array.from('abcdefghij'))).toHaveLength(8);
});

test('few_classes_use_the_whole_ramp', () => {
  expect([0, 1, 2].map((at) => rampStep(at, 3))).toEqual([0, 3, 6]);
  expect(rampStep(0, 1)).toBe(3);
});

test('breaks_are_read_as_people_write_them', () => {
  expect(readNumbers('1990， 2000;2010')).toEqual([1990, 2000, 2010]);
  expect(readNumbers('1990, alert(1)')).toBeNull();
  expect(readNumbers('')).toEqual([]);
});
