import { expect, test } from 'vitest';
import type { DeviceStatus, DeviceView, LocalBox } from '../api/types';
import { boundDevices, modelOf, ofBuilding, ofStorey } from './bound';
import type { Model } from './models';

const device = (id: string, object?: string, status: DeviceStatus = 'normal'): DeviceView => ({
  id, kind: 'lamp', status, name: { zh: id }, position: { east_m: 0, north_m: 0, up_m: 0 }, latest: {}, ...(object === undefined ? {} : { object }),
});

const at = { east_m: 0, north_m: 0, up_m: 0 };
const bounds: LocalBox = { min: at, max: at };
const model = (source: string, replaces: string[]): Model => ({ source, state: 'existing', atFirst: true, replaces, bounds, scenes: [], spaces: [] });

const all = [device('a', 'b07/door'), device('b', 'b07/lamp', 'alarm'), device('c', 'building/b07'), device('d', 'b070/door'), device('e')];
const models = [model('b07', ['building/b07']), model('b070', [])];

const ids = (covers: (object: string) => boolean): string[] => boundDevices(all, covers).map(({ id }) => id);

test('a_building_has_the_devices_of_its_models_the_worst_first', () => {
  expect(ids(ofBuilding('building/b07', models))).toEqual(['b', 'a', 'c']);
  expect(ids(ofBuilding('building/none', models))).toEqual([]);
});

test('a_source_whose_name_begins_like_another_is_not_taken_for_it', () => {
  expect(modelOf('b070/door', models)?.source).toBe('b070');
  expect(modelOf('building/b07', models)).toBeUndefined();
});

test('a_storey_has_what_is_on_it_once_that_is_known', () => {
  expect(ids(ofStorey('b07/storey', null))).toEqual([]);
  expect(ids(ofStorey('b07/storey', new Map([['b07/door', 'b07/storey']])))).toEqual(['a']);
});
