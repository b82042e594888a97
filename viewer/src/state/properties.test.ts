import { expect, test } from 'vitest';
import type { BimFacts } from '../api/types';
import { asTable, groupsOf, written } from './properties';

const words = { yes: '是', no: '否' };
const sets = (value: Record<string, Record<string, unknown>>): BimFacts['property_sets'] => value as BimFacts['property_sets'];

test('common_sets_come_first_then_the_standards_then_quantities_then_those_of_programs', () => {
  const groups = groupsOf(sets({ ArchiCADProperties: {}, BaseQuantities: {}, Pset_Fire: {}, Pset_WallCommon: {}, Qto_WallBaseQuantities: {} }));
  expect(groups.map(({ name }) => name)).toEqual(['Pset_WallCommon', 'Pset_Fire', 'BaseQuantities', 'Qto_WallBaseQuantities', 'ArchiCADProperties']);
  expect(groupsOf(undefined)).toEqual([]);
});

test('values_read_as_people_write_them', () => {
  const given = [true, false, null, '', '外墙', 42, 0.19375000000001, -2.5, 1e-7, 17.93623674999977, ['a', 1], []];
  expect(given.map((value) => written(value, words))).toEqual(
    ['是', '否', '—', '—', '外墙', '42', '0.1938', '−2.5', '1e-7', '17.9362', 'a, 1', '—'],
  );
});

test('a_copy_is_a_table_of_values_as_the_file_has_them', () => {
  const groups = groupsOf(sets({ Pset_DoorCommon: { FireRating: 'EI\t30', IsExternal: true, Width: 0.90000000000001 } }));
  expect(asTable(groups)).toBe('Pset_DoorCommon\tFireRating\tEI 30\nPset_DoorCommon\tIsExternal\ttrue\nPset_DoorCommon\tWidth\t0.90000000000001');
});
