import { beforeAll, expect, test, vi } from 'vitest';
import type { Catalog, ModelObject, Scene } from '../api/types';

let models: typeof import('./models');
let bim: typeof import('./bim');
let scenes: typeof import('./scenes');
let session: typeof import('./session');

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  models = await import('./models');
  bim = await import('./bim');
  scenes = await import('./scenes');
  session = await import('./session');
});

const bounds = { min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: 1, north_m: 1, up_m: 1 } };
const scene = (id: string, more: Partial<Scene>): Scene => ({
  id, profile: id.split('/')[0] ?? '', bounds, tileset: `${id}/tileset.json`, size_bytes: 0, texture_px: 0, tiles: 1, triangles: 1, ...more,
});

function catalog(survey: boolean): Catalog {
  const place = [scene('full', { content: 'place' }), scene('app', { content: 'place' }), scene('app/z1', { content: 'place', zone: 'z1' })];
  const house = (source: string, state: 'existing' | 'proposed', replaces: string[]): Scene[] => [
    scene(`full/bim/${source}`, { content: 'model', source, state, replaces }),
    scene(`app/bim/${source}`, { content: 'model', source, state, replaces }),
  ];
  const sources = [...(survey ? [{ id: 'survey', kind: 'osgb' }] : []), { id: 'a', kind: 'ifc' }, { id: 'b', kind: 'ifc' }];
  const scenes = [
    ...house('a', 'existing', ['building/1']), scene('full/spaces/a', { content: 'spaces', source: 'a' }), ...house('b', 'proposed', ['building/2']), ...place,
  ];
  return { format: 1, community: { id: 'c', name: {}, bounds }, model: 'model.ndjson', scenes, sources } as unknown as Catalog;
}

test('what_is_planned_is_shown_at_first_only_where_nothing_exists', () => {
  const shown = (from: Catalog): string[] => models.shownOf(models.modelsOf(from), new Set()).map(({ source }) => source);
  const plans = (survey: boolean): Catalog => {
    const all = catalog(survey);
    return { ...all, sources: all.sources.filter(({ id }) => id !== 'a'), scenes: all.scenes.filter(({ source }) => source !== 'a') };
  };
  expect(shown(catalog(false))).toEqual(['a']);
  expect(shown(plans(false))).toEqual(['b']);
  expect(shown(plans(true))).toEqual([]);
});

test('each_source_with_a_model_scene_is_a_model', () => {
  const [a, b, ...more] = models.modelsOf(catalog(true));
  expect(more).toEqual([]);
  expect([a?.source, a?.state, a?.replaces, a?.spaces.length]).toEqual(['a', 'existing', ['building/1'], 1]);
  expect([b?.source, b?.state, b?.spaces.length]).toEqual(['b', 'proposed', 0]);
  expect(models.ofProfile(a?.scenes ?? [], 'app')?.id).toBe('app/bim/a');
  expect(models.ofProfile(a?.spaces ?? [], 'app')?.id).toBe('full/spaces/a');
});

test('the_place_is_never_a_model_or_a_zone', () => {
  expect(scenes.chooseScene(catalog(true), false)?.id).toBe('full');
  expect(scenes.chooseScene(catalog(true), true)?.id).toBe('app');
});

test('a_community_of_models_alone_has_no_survey_to_load_besides', () => {
  expect([models.isSurveyed(catalog(true)), models.isSurveyed(catalog(false))]).toEqual([true, false]);
});

test('the_survey_gives_way_to_a_model_that_is_shown_and_stands', () => {
  session.publication.value = { version: '1', base: 'http://127.0.0.1/', catalog: catalog(true) };
  const replaced = (): string[] => [...models.replaced.value];
  expect(replaced()).toEqual([]);
  models.standing.value = new Set(['a']);
  expect(replaced()).toEqual(['building/1']);
  models.toggleModel('b');
  expect(replaced()).toEqual(['building/1']);
  models.standing.value = new Set(['a', 'b']);
  expect(replaced()).toEqual(['building/1', 'building/2']);
  models.toggleModel('a');
  expect(replaced()).toEqual(['building/2']);
});

test('of_one_building_what_is_planned_is_shown_instead_of_what_exists', () => {
  const [a, b] = models.modelsOf(catalog(true));
  if (!a || !b) throw new Error('two models are missing');
  const all = [a, { ...b, replaces: a.replaces }];
  const shown = (other: ReadonlySet<string>): string[] => models.shownOf(all, other).map(({ source }) => source);
  const none: ReadonlySet<string> = new Set();
  expect(shown(none)).toEqual(['a']);
  const planned = models.withToggled(all, none, 'b');
  expect(shown(planned)).toEqual(['b']);
  expect(shown(models.withToggled(all, planned, 'b'))).toEqual(['a']);
  expect(shown(models.withToggled(all, planned, 'a'))).toEqual(['a']);
  expect(shown(models.withToggled(all, none, 'a'))).toEqual([]);
});

test('storeys_are_listed_by_model_from_the_top', () => {
  const storey = (id: string, source: string, elevation_m: number | null): ModelObject =>
    ({ id, bounds, class: 'storey', bim: { source, global_id: id, ifc_class: 'IfcBuildingStorey', elevation_m } });
  const found = bim.bySource([storey('1', 'a', 0), storey('2', 'a', 3), storey('x', 'b', null), storey('0', 'a', -3)]);
  expect([...found].map(([source, list]) => [source, list.map(({ id }) => id)])).toEqual([['a', ['2', '1', '0']], ['b', ['x']]]);
});
