// What a side of the comparison shows with an alternative of a project in it.
import { beforeAll, expect, test, vi } from 'vitest';
import type { Side } from './compare';
import type { Model } from './models';

let plans: typeof import('./compare-plans');

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  plans = await import('./compare-plans');
});

const model = (source: string, state: Model['state']): Model => ({ source, state, replaces: ['building/1'], atFirst: state === 'existing', bounds: {}, scenes: [{ id: `${source}-high` }, { id: `${source}-low` }], spaces: [] }) as unknown as Model;
const ALL = [model('now', 'existing'), model('plan', 'proposed')];
const SIDE: Side = { survey: '', models: new Set(['now']), at_ms: null };
const scene = (id: string) => ({ model: { type: 'scene' as const, scene: id } });

test('a_model_of_any_profile_takes_the_place_of_its_rival', () => {
  expect(plans.sideWith(SIDE, scene('plan-low'), ALL, [])).toEqual({ models: new Set(['plan']) });
  expect(plans.sideWith(SIDE, scene('now-high'), ALL, [])).toEqual({ models: new Set(['now']) });
});

test('a_survey_is_shown_as_one_and_what_is_not_published_is_no_side', () => {
  expect(plans.sideWith(SIDE, scene('survey-2024'), ALL, [{ id: 'survey-2024' }])).toEqual({ survey: 'survey-2024' });
  expect(plans.sideWith(SIDE, scene('gone'), ALL, [])).toBeNull();
  expect(plans.sideWith(SIDE, { model: { type: 'gltf', path: '/publication/a.glb' } }, ALL, [])).toBeNull();
  expect(plans.sideWith(SIDE, {}, ALL, [])).toBeNull();
});

test('a_side_tells_which_alternative_it_shows', () => {
  expect([plans.shows(SIDE, scene('now-low'), ALL), plans.shows(SIDE, scene('plan-low'), ALL)]).toEqual([true, false]);
});
