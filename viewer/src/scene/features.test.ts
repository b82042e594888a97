import { BufferAttribute, BufferGeometry, Group, InstancedBufferAttribute, InstancedMesh, Mesh, MeshBasicMaterial, type Intersection, type Object3D } from 'three';
import type { GLTF, GLTFParser } from 'three/addons/loaders/GLTFLoader.js';
import { expect, test } from 'vitest';
import { FeatureTable, featuresPlugin, isHidden, objectOf, tableOf, type Look } from './features';

/** A mesh whose triangle belongs to a row. */
function triangle(row: number): Mesh {
  const geometry = new BufferGeometry();
  geometry.setAttribute('_feature_id_0', new BufferAttribute(new Uint16Array([row, row, row]), 1));
  return new Mesh(geometry, new MeshBasicMaterial());
}

const hitOn = (object: Object3D): Intersection => ({ object, face: { a: 0, b: 1, c: 2 } }) as unknown as Intersection;

/** A glTF of a table with a column of ids, and these meshes. */
async function load(ids: readonly string[], meshes: readonly Mesh[]): Promise<Group> {
  const encoded = ids.map((id) => new TextEncoder().encode(id));
  const offsets = new Uint8Array([0, ...encoded.map((_, at) => encoded.slice(0, at + 1).reduce((sum, { length }) => sum + length, 0))]);
  const views = [new Uint8Array(encoded.flatMap((bytes) => [...bytes])).buffer, offsets.buffer];
  const id = { values: 0, stringOffsets: 1, stringOffsetType: 'UINT8' };
  const json = { extensions: { EXT_structural_metadata: { propertyTables: [{ properties: { id } }] } } };
  const parser = { json, getDependency: (_: string, index: number) => Promise.resolve(views[index]) } as unknown as GLTFParser;
  const scene = new Group();
  scene.add(...meshes);
  await featuresPlugin()(parser).afterRoot?.({ scene } as unknown as GLTF);
  return scene;
}

test('a_triangle_names_the_object_of_its_row', async () => {
  const [first, second, none] = [triangle(0), triangle(1), triangle(2)];
  await load(['building/7号', 'building/b'], [first, second, none]);
  expect([first, second, none].map((mesh) => objectOf(hitOn(mesh)))).toEqual(['building/7号', 'building/b', null]);
});

test('a_tile_without_a_table_knows_no_objects', () => {
  expect(objectOf(hitOn(triangle(0)))).toBeUndefined();
  expect(isHidden(hitOn(triangle(0)))).toBe(false);
});

test('an_instance_names_the_object_of_its_own_row_and_is_hidden_alone', async () => {
  const doors = new InstancedMesh(new BufferGeometry(), new MeshBasicMaterial(), 3);
  // As the loader leaves it.
  doors.geometry.setAttribute('_FEATURE_ID_0', new InstancedBufferAttribute(new Uint16Array([1, 0, 2]), 1));
  const table = tableOf(await load(['a/door-1', 'a/door-2', 'a/door-3'], [doors]));
  const hits = [0, 1, 2].map((instanceId) => ({ ...hitOn(doors), instanceId }));
  expect(hits.map(objectOf)).toEqual(['a/door-2', 'a/door-1', 'a/door-3']);
  table?.paint((id) => (id === 'a/door-1' ? 'hidden' : null));
  expect(hits.map(isHidden)).toEqual([false, true, false]);
  expect(doors.geometry.getAttribute('_feature_id_0')).toBeInstanceOf(InstancedBufferAttribute);
});

test('ids_of_instances_are_read_past_their_padding', async () => {
  const doors = new InstancedMesh(new BufferGeometry(), new MeshBasicMaterial(), 2);
  doors.geometry.setAttribute('_FEATURE_ID_0', new InstancedBufferAttribute(new Uint16Array([1, 0, 0, 0]), 1));
  await load(['a/door-1', 'a/door-2'], [doors]);
  expect([0, 1].map((instanceId) => objectOf({ ...hitOn(doors), instanceId }))).toEqual(['a/door-2', 'a/door-1']);
});

test('what_is_hidden_is_not_hit_and_comes_back', async () => {
  const [first, none] = [triangle(0), triangle(1)];
  const table = tableOf(await load(['building/a'], [first, none]));
  table?.paint(() => 'hidden');
  expect([first, none].map((mesh) => isHidden(hitOn(mesh)))).toEqual([true, false]);
  table?.paint(() => null);
  expect(isHidden(hitOn(first))).toBe(false);
});

test('a_full_colour_does_not_hide', () => {
  const table = new FeatureTable(Array.from({ length: 300 }, (_, at) => String(at)));
  table.paint((id): Look => (id === '299' ? [1, 1, 1, 1] : null));
  expect(table.hides(299)).toBe(false);
  expect(table.looks.value.image.height).toBe(2);
});
