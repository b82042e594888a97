// A project of renewal as residents meet it. A check-up of one building finds what it comes from; it is on notice and a
// resident says what they think; then, with the server's clock past the notice, it is confirmed and built, and stands in
// their scene; finished and evaluated, it stands in the report of the year with what the next check-up found.
// In: the server's address; `notice` or `works`. Out: exit code; screenshots. Both parts use one database.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { atRest, findings, open, until } from './page.mjs';
import { dayIn, serverAt, signInAtHome } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, cookieOf, people, keysOf, send } = serverAt(address);
const part = process.argv[2];
const NAME = '1号楼外墙保温';
let keys;
let view;
let page;

const deed = async (role, body, state) => {
  const detail = await json('POST', 'projects/1/deeds', body, keys[role]);
  assert.equal(detail.project.state, state);
};
const shown = (text) => page.getByText(text).first().waitFor();
const nothingSerious = async (where) => assert.deepEqual(await findings(page), [], where);

before(async () => {
  const admin = part === 'notice' ? await people([['li', 'resident']]) : await cookieOf('root');
  keys = await keysOf(admin, ['community', 'community_planner', 'grid_worker', 'upper_unit', 'company'], part);
  view = await open(`${address}/resident#sign-in`, { width: 390, height: 780, touch: true });
  page = view.page;
  await signInAtHome(page, 'li');
  await shown('您还没有报告');
});

after(() => view?.close());

/** A check-up that finds one problem at a building, which the planner confirms. */
async function foundAt(object) {
  const planner = keys.community_planner;
  const checkUp = await json('POST', 'check-ups', { name: { zh: '1号楼体检', en: 'Check-up of house 1' }, year: 2026 }, planner);
  const path = `check-ups/${checkUp.id}`;
  await send('POST', `${path}/deeds`, { deed: 'begin' }, planner);
  await send('PUT', `${path}/values`, { values: [{ indicator: 'housing_envelope', object, value: 3, remark: '东墙保温层脱落' }] }, keys.grid_worker);
  await send('POST', `${path}/deeds`, { deed: 'review' }, planner);
  const found = await json('GET', `${path}/problems`, undefined, planner);
  assert.deepEqual(found.problems.map(({ object: at, urgency }) => [at, urgency]), [[object, 'urgent']]);
  await send('POST', `${path}/problems/deeds`, { problems: [1], deed: 'confirm' }, planner);
  await send('POST', `${path}/deeds`, { deed: 'conclude' }, planner);
  return { check_up: checkUp.id, problem: 1 };
}

test('nobody_hears_of_a_project_before_its_notice_and_everyone_can_speak_then', { skip: part !== 'notice' }, async () => {
  const place = await json('GET', 'objects?class=building', undefined, keys.community);
  const problem = await foundAt(place.objects[0].id);
  const project = await json('POST', 'projects', {
    problems: [problem],
    name: { zh: NAME, en: 'House 1: insulation' }, summary: '外墙做保温，施工期间东侧道路单向通行。', kind: 'infrastructure', level: 'improving',
    places: [{ type: 'object', object: place.objects[0].id }], budget: { planned_fen: 268_000_000 },
    phases: [{ id: 'wall', name: { zh: '外墙保温', en: 'Insulation' }, from: '2030-03-01', to: '2030-06-30' }],
  }, keys.community_planner);
  const tells = await json('GET', `check-ups/${problem.check_up}/problems`, undefined, keys.community);
  assert.deepEqual(tells.projects, [{ problem: 1, projects: [1] }]);
  await deed('community_planner', { deed: 'declare' }, 'declared');
  await page.reload();
  await page.getByRole('button', { name: '报问题' }).waitFor();
  assert.equal((await page.evaluate(async () => (await fetch('/api/v1/projects/1')).status)), 404, 'what is reviewed is not public');
  for (const [name, state] of [['screen', 'screened'], ['assess', 'assessed'], ['verify', 'verified']]) await deed('upper_unit', { deed: name }, state);
  // Ten full days, and not one less.
  const short = await fetch(`${address}/api/v1/projects/1/deeds`, { method: 'POST', headers: { 'content-type': 'application/json', ...keys.community }, body: JSON.stringify({ deed: 'publish', text: '请提意见', last_day: dayIn(project.created_at, 9) }) });
  assert.equal(short.status, 422);
  await deed('community', { deed: 'publish', text: '1号楼外墙保温方案公示，请提意见。', last_day: dayIn(project.created_at, 10) }, 'notice');
  await page.reload();
  await page.getByRole('link', { name: new RegExp(`${NAME}.*公示至`) }).click();
  await shown('1号楼外墙保温方案公示');
  await page.getByRole('button', { name: '说说我的意见' }).click();
  await page.getByLabel('说说我的意见').fill('能不能保留一条消防通道？');
  await page.getByRole('button', { name: '提交' }).click();
  await shown('您的意见');
  await shown('还没有答复');
  await nothingSerious('notice');
  await view.screenshot('renewal-notice');
});

test('after_the_notice_and_its_answers_it_is_built_and_stands_in_the_scene', { skip: part !== 'works' }, async () => {
  // Its opinion has no answer yet.
  const early = await fetch(`${address}/api/v1/projects/1/deeds`, { method: 'POST', headers: { 'content-type': 'application/json', ...keys.upper_unit }, body: JSON.stringify({ deed: 'confirm' }) });
  assert.equal(early.status, 409, await early.text());
  await send('POST', 'projects/1/opinions/1/answer', { text: '东侧消防通道一直保留。' }, keys.community);
  await deed('upper_unit', { deed: 'confirm' }, 'approved');
  await deed('company', { deed: 'start' }, 'works');
  const now = await json('GET', 'projects/1', undefined, keys.company);
  const from = now.project.changed_at;
  const to = new Date(Date.parse(from) + 5 * 86_400_000).toISOString();
  await send('POST', 'projects/1/progress', { text: '脚手架已搭好', percent: 15, effects: [{ kind: 'road_closed', from, to, text: '东侧道路单向通行' }] }, keys.company);
  await page.goto(`${address}/resident#`);
  await until(page, 'the place stands', () => document.querySelector('.r-place')?.dataset.ready === 'true', null, 120_000);
  await page.locator(".r-pin[data-of='project']").waitFor({ state: 'attached' });
  await view.screenshot('renewal-home');
  await page.getByRole('link', { name: '看看社区' }).click();
  // It moves while the scene gets its size and buildings come.
  await atRest(page, ".r-pin[data-of='project']");
  await page.getByLabel(NAME).and(page.locator('.r-pin')).click();
  await until(page, 'the page of the project', () => location.hash.startsWith('#project/'));
  for (const text of ['已完成 15%', '东侧道路单向通行', '东侧消防通道一直保留', '脚手架已搭好']) await shown(text);
  await nothingSerious('works');
  await view.screenshot('renewal-works');
  await page.goto(`${address}/resident#projects`);
  await shown('已完成 15%');
  await nothingSerious('projects');
});

test('what_was_finished_evaluated_and_looked_at_again_stands_in_the_report_of_the_year', { skip: part !== 'works' }, async () => {
  const planner = keys.community_planner;
  await send('POST', 'projects/1/progress', { text: '外墙全部完工', percent: 100, spent_fen: 250_000_000, phase: 'wall', effects: [] }, keys.company);
  await deed('company', { deed: 'complete', text: '竣工验收通过。' }, 'completed');
  const now = (await json('GET', 'projects/1', undefined, planner)).project;
  await deed('upper_unit', { deed: 'evaluate', text: '保温达标，一处收口不齐。', findings: [{ text: '东侧收口开裂', body: 'company', due: dayIn(now.changed_at, 30) }, { text: '脚手架孔未封', body: 'company', due: dayIn(now.changed_at, 20) }] }, 'evaluated');
  await deed('upper_unit', { deed: 'evaluate', text: '复查：孔洞已封。', mended: [2] }, 'evaluated');
  // The next check-up looks at the building again.
  const [{ object }] = (await json('GET', 'check-ups/1/values?indicator=housing_envelope', undefined, planner)).values;
  const { id } = await json('POST', 'check-ups', { name: { zh: '竣工复检', en: 'Second look' }, year: 2026, cycle: 2, follows: 1 }, planner);
  await send('POST', `check-ups/${id}/deeds`, { deed: 'begin' }, planner);
  await send('PUT', `check-ups/${id}/values`, { values: [{ indicator: 'housing_envelope', object, value: 0 }] }, planner);
  await send('POST', `check-ups/${id}/deeds`, { deed: 'review' }, planner);
  const year = new Date(Date.parse(now.completed_at) + 8 * 3_600_000).getUTCFullYear();
  await page.context().setExtraHTTPHeaders(planner);
  await page.goto(`${address}/renewal#report/${year}`);
  for (const text of ['268 万元', '250 万元', '保温达标，一处收口不齐。', '复查：孔洞已封。', '东侧收口开裂', '待整改', '已整改', '已解决', '竣工复检']) await shown(text);
  assert.deepEqual(await page.locator('.y-mark').evaluateAll((marks) => marks.map(({ dataset }) => dataset.state)), ['open', 'mended', 'solved']);
  await until(page, 'it fits', () => document.documentElement.scrollWidth <= innerWidth);
  await nothingSerious('year');
  await view.screenshot('renewal-year');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  assert.deepEqual([view.foreign, view.problems.filter((text) => !/status of 404|favicon/.test(text))], [[], []]);
});
