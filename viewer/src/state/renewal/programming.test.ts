import { expect, test } from 'vitest';
import type { NeedPlan, ResourcePlan, Task, TaskPlan } from '../../api/programming';
import { endsFirst, leftOf, numbersOf, questionOf, quartersFrom, refKey, tableOf, tasksByProblem } from './programming';
import { NO_NEED, NO_RESOURCE, NO_TASK, changedParts, entered, needFaults, needPlan, needWords, rebased, resourceFaults, resourcePlan, resourceWords, taskFaults, taskPlan, taskWords } from './programming-forms';

const RESOURCE: ResourcePlan = { name: { zh: '闲置锅炉房' }, kind: 'premises', text: '', amount: { type: 'measure', value: 180, unit: 'm²' }, owner: '街道', used_by: 'joint', zones: ['zone/z1'], places: [], from: '2027-01-01' };
const NEED: NeedPlan = { name: { zh: '加装电梯' }, kind: 'accessibility', text: '老人上下楼难', groups: ['elderly'], people: 42, urgency: 'pressing', source: 'reports', reports: [3, 5], zones: [], places: [] };
const TASK: TaskPlan = {
  name: { zh: '加装电梯', en: 'Lifts' }, kind: 'infrastructure', level: 'improving', urgency: 'pressing', text: '', size: { type: 'measure', value: 2, unit: '部' }, first: '2027-Q1', last: '2027-09', after: [4], problems: [{ check_up: 1, problem: 9 }], needs: [2], reports: [],
  resources: [{ resource: 1, amount: { type: 'money', fen: 120_050 } }, { resource: 2, amount: { type: 'measure', value: 20, unit: 'm²' } }, { resource: 3 }], zones: [], places: [],
};

test('a_plan_goes_through_its_form_and_comes_back_the_same', () => {
  expect(entered(resourcePlan(resourceWords(RESOURCE)))).toEqual(RESOURCE);
  expect(entered(needPlan(needWords(NEED)))).toEqual(NEED);
  expect(entered(taskPlan(taskWords(TASK)))).toEqual(TASK);
  expect([resourceFaults(resourceWords(RESOURCE)), needFaults(needWords(NEED)), taskFaults(taskWords(TASK))]).toEqual([{}, {}, {}]);
});

test('money_is_written_in_yuan_and_sent_in_fen', () => {
  const words = { ...NO_RESOURCE, zh: '老旧小区改造补助', owner: '区财政', kind: 'money' as const, amount: '1,200,000.5' };
  expect(resourcePlan(words).amount).toEqual({ type: 'money', fen: 120_000_050 });
  expect(resourceWords({ ...RESOURCE, kind: 'money', amount: { type: 'money', fen: 120_000_050 } }).amount).toBe('1200000.50');
  expect(resourceFaults({ ...words, amount: '一百万' })).toEqual({ amount: 'money' });
});

test('only_what_differs_is_changed_and_what_is_taken_out_is_named', () => {
  const before = resourcePlan(resourceWords(RESOURCE));
  const now = resourcePlan({ ...resourceWords(RESOURCE), from: '', owner: '街道办' });
  expect(changedParts(now, before)).toEqual(['owner', 'from']);
  expect(now.from).toBeNull();
});

test('what_others_changed_is_taken_over_and_ones_own_words_stay', () => {
  const base = needWords(NEED);
  const theirs = { ...base, people: '50', text: '老人上下楼难，还有婴儿车' };
  expect(rebased({ ...base, people: '60', urgency: 'urgent' as const }, base, theirs)).toEqual({ ...theirs, people: '60', urgency: 'urgent' });
});

test('a_form_says_what_is_wrong_where', () => {
  expect(resourceFaults({ ...NO_RESOURCE, amount: '3', from: '2027-02-01', to: '2027-01-01' })).toEqual({ zh: 'required', owner: 'required', unit: 'unit', to: 'span' });
  expect(needFaults({ ...NO_NEED, zh: 'x', groups: [], people: '3.5', source: 'reports' })).toEqual({ groups: 'required', people: 'whole', reports: 'required' });
  expect(taskFaults({ ...NO_TASK, zh: 'x', size: 'measure', first: '2027-Q3', last: '2027-05' })).toEqual({ value: 'number', unit: 'unit', last: 'span' });
  expect(taskFaults({ ...NO_TASK, zh: 'x', first: 'soon', resources: [{ resource: 1, amount: 'x', unit: null }, { resource: 2, amount: '0', unit: 'm²' }] })).toEqual({ first: 'period', 'resources.0': 'money', 'resources.1': 'number' });
});

test('quarters_and_months_follow_one_another', () => {
  expect([endsFirst('2027-Q1', '2027-Q1'), endsFirst('2027-03', '2027-Q1'), endsFirst('2027-04', '2027-Q1'), endsFirst('2027-Q2', '2027-03')]).toEqual([false, false, true, true]);
  expect(quartersFrom('2026-11-29', 3)).toEqual(['2026-Q4', '2027-Q1', '2027-Q2']);
});

test('an_address_becomes_a_question_and_a_table_with_fewer_conditions', () => {
  const query = new Map([['text', ' 电梯 '], ['state', 'open'], ['used_by', 'joint'], ['page', '2']]);
  expect(questionOf('resources', query)).toEqual({ text: '电梯', state: 'open', used_by: 'joint' });
  expect(questionOf('needs', query)).toEqual({ text: '电梯', state: 'open' });
  expect(tableOf('needs', query)).toEqual({ path: '/api/v1/exports/needs.csv?state=open&bom=true', ignores: true });
  expect(tableOf('tasks', new Map()).ignores).toBe(false);
  expect(numbersOf('3,4,3,x,-1')).toEqual([3, 4]);
});

test('what_is_left_of_a_resource_is_what_tasks_do_not_draw', () => {
  const row = (plan: ResourcePlan, drawn?: ResourcePlan['amount']) => leftOf({ resource: { id: 1, plan, state: 'committed', created_at: '', changed_at: '', version: 1 }, ...(drawn ? { drawn } : {}) });
  expect(row(RESOURCE, { type: 'measure', value: 60, unit: 'm²' })).toEqual({ type: 'measure', value: 120, unit: 'm²' });
  expect(row({ ...RESOURCE, amount: { type: 'money', fen: 500 } }, { type: 'money', fen: 700 })).toEqual({ type: 'money', fen: 0 });
  expect(row({ ...RESOURCE, amount: null })).toBeNull();
});

test('a_problem_is_in_the_one_task_that_was_not_dropped', () => {
  const task = (id: number, state: Task['state']): Task => ({ id, plan: TASK, state, created_at: '', changed_at: '', version: 1 });
  const found = tasksByProblem([task(1, 'dropped'), task(2, 'proposed')]);
  expect(found.get(refKey({ check_up: 1, problem: 9 }))?.id).toBe(2);
  expect(tasksByProblem([task(1, 'dropped')]).size).toBe(0);
});
