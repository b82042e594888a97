import { expect, test } from 'vitest';
import { readLink } from '../permalink';
import type { ProjectPlan } from '../../api/project-work';
import { changesOf, EMPTY, faultsOf, fenOf, freshId, material, missingOf, patchOf, planOf, rebased, wordsOfPlan, yuanOf, type PlanWords } from './project-plan';
import { placeOf, inModel } from './project-places';
import { problemsOf, whereOf } from './project-problems';

const PLAN: ProjectPlan = {
  name: { zh: '加装电梯', en: 'A lift' }, summary: '平层入户', kind: 'infrastructure', level: 'improving', zones: ['zone/z01'], places: [{ type: 'object', object: 'building/3' }],
  budget: { planned_fen: 85_000_050, sources: [{ name: '区财政', amount_fen: 60_000_000 }] }, phases: [{ id: 'p1', name: { zh: '主体' }, from: '2027-01-01', to: '2027-03-01' }],
  alternatives: [{ id: 'a', name: { zh: '现状' }, role: 'before', model: { type: 'scene', scene: 'survey' } }], parties: [{ role: 'owner', name: '街道' }], documents: [{ title: '设计', url: 'https://example.org/a.pdf' }], reports: [4, 9], tasks: [6],
  problems: [{ check_up: 7, problem: 17 }],
};
const written = (changes: Partial<PlanWords>): PlanWords => ({ ...wordsOfPlan(PLAN), ...changes });

test('a_plan_goes_through_the_form_unchanged', () => {
  expect(planOf(wordsOfPlan(PLAN))).toEqual(PLAN);
  expect([faultsOf(wordsOfPlan(PLAN)), changesOf(wordsOfPlan(PLAN), PLAN), missingOf(PLAN)]).toEqual([{}, [], []]);
});

test('yuan_are_whole_fen', () => {
  const sums = ['850000.5', '1,268,000', '0.29', '1.005', '-1', '1e5', '', '100000000001'];
  expect(sums.map(fenOf)).toEqual([85_000_050, 126_800_000, 29, null, null, null, null, null]);
  expect([85_000_050, 100, 5].map(yuanOf)).toEqual(['850000.50', '1', '0.05']);
});

test('what_cannot_be_meant_is_told_at_its_field', () => {
  const check = (changes: Partial<PlanWords>, expected: object): void => expect(faultsOf(written(changes))).toEqual(expected);
  check({ zh: ' ', en: '' }, { 'name.zh': 'required' });
  check({ summary: '字'.repeat(2001) }, { summary: 'tooLong' });
  check({ budget: '3' }, { budget: 'sources' });
  check({ budget: 'many' }, { budget: 'money' });
  check({ phases: [{ id: 'p', zh: '一', en: '', from: '2027-02-02', to: '2027-02-01' }] }, { 'phases.0.to': 'span' });
  check({ documents: [{ title: '', url: 'ftp://example.org' }] }, { 'documents.0.title': 'required', 'documents.0.url': 'address' });
  check({ alternatives: [{ id: 'a', zh: '一', en: '', role: 'plan', description: '', model: 'gltf:/publication/../x.glb' }] }, { 'alternatives.0.model': 'model' });
  check({ reports: '3, x' }, { reports: 'reports' });
});

test('only_what_differs_is_sent_and_what_residents_spoke_about_is_known', () => {
  const words = written({ summary: '平层入户，加装两部', budget: '900000' });
  expect(patchOf(words, PLAN)).toEqual({ summary: '平层入户，加装两部', budget: { planned_fen: 90_000_000, sources: PLAN.budget?.sources } });
  expect(material(changesOf(words, PLAN))).toEqual(['budget']);
});

test('who_was_overtaken_keeps_what_they_wrote_and_gets_what_others_changed', () => {
  const theirs: ProjectPlan = { ...PLAN, level: 'exemplary', summary: '别人写的' };
  const { words, both } = rebased(written({ summary: '我写的', zh: '加装两部电梯' }), PLAN, theirs);
  expect([words.summary, words.zh, words.level, both]).toEqual(['我写的', '加装两部电梯', 'exemplary', ['summary']]);
});

test('an_id_is_not_given_twice', () => expect(freshId('p', [{ id: 'p1' }, { id: 'p3' }])).toBe('p4'));

test('a_place_is_read_from_the_address_of_the_model_or_from_figures', () => {
  expect(placeOf('https://twin.example/#v=1,2,3,4,5&s=building/3')).toEqual({ type: 'object', object: 'building/3' });
  expect(placeOf('./#s=ground/1.5,2,0.2')).toEqual({ type: 'point', position: { east_m: 1.5, north_m: 2, up_m: 0.2 } });
  expect(placeOf('12.5，40')).toEqual({ type: 'point', position: { east_m: 12.5, north_m: 40, up_m: 0 } });
  expect([placeOf('here'), placeOf('1'), placeOf('1,2,3,4'), placeOf('#s=device/lamp'), placeOf('1e9,0')]).toEqual([null, null, null, null, null]);
  expect([inModel({ type: 'object', object: 'building/3' }), inModel({ type: 'object', object: 'zone/z1' })]).toEqual(['#s=building/3', null]);
});

test('a_place_is_shown_by_the_address_that_the_model_reads', () => {
  const selected = (place: Parameters<typeof inModel>[0]) => readLink(inModel(place) ?? '').selection;
  expect(selected({ type: 'object', object: 'building/3' })).toEqual({ type: 'building', id: 'building/3', spot: null });
  expect(selected({ type: 'object', object: 'bim-1/2$a_' })).toEqual({ type: 'element', id: 'bim-1/2$a_', spot: null });
  expect(selected({ type: 'point', position: { east_m: 1.234, north_m: -2, up_m: 0 } })).toEqual({ type: 'ground', spot: { local: { east_m: 1.23, north_m: -2, up_m: 0 }, geographic: null } });
});

test('problems_of_a_check_up_give_zones_and_places_each_once', () => {
  expect(problemsOf(new Map([['check_up', '7'], ['problems', '17,18,x,17']]))).toEqual([{ check_up: 7, problem: 17 }, { check_up: 7, problem: 18 }]);
  expect(problemsOf(new Map([['problems', '17']]))).toEqual([]);
  const problem = (object: string, zone: string | null) => ({ object, zone }) as Parameters<typeof whereOf>[0][number];
  expect(whereOf([problem('building/3', 'zone/z1'), problem('building/3', 'zone/z1'), problem('zone/z2', 'zone/z2'), problem('community/w', null)])).toEqual({ zones: ['zone/z1', 'zone/z2'], places: [{ type: 'object', object: 'building/3' }] });
});

test('an_empty_form_lacks_a_name', () => expect(faultsOf(EMPTY)).toEqual({ 'name.zh': 'required' }));
