// From a look at one building to a project that residents see, through the pages alone. A grid worker gives a value on a
// phone, the server computes others, the planner confirms the problem and writes a project from it; it passes the six steps
// with a department's opinion; on notice a resident speaks and is answered; then, with the server's clock past the notice,
// it is confirmed and stands in the residents' list and scene with its phases.
// In: the address of a server with devices; `notice` or `approved`. Out: exit code; a screenshot at each station. Both parts use one
// database.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { atRest, findings, open, until } from './page.mjs';
import { dayIn, serverAt, signIn, signInAtHome } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, cookieOf, people, keysOf } = serverAt(address);
const part = process.argv[2];
const [NAME, ENGLISH, FIRE] = ['服务中心外墙保温', 'Service centre: insulation', '消防救援大队'];
const first = { skip: part !== 'notice' };
const second = { skip: part !== 'approved' };
const views = {};
let key;
let house;

const nothingSerious = async (where, { page }) => assert.deepEqual(await findings(page), [], where);
const shown = ({ page }, text) => page.getByText(text).first().waitFor();
const goTo = ({ page }, hash) => page.evaluate((to) => (location.hash = to), hash);
const stands = ({ page }, word) => page.locator('.n-head .n-mark', { hasText: word }).waitFor();

/** Someone at the pages of renewal. */
async function desk(name, hash, size = { width: 1280, height: 900 }) {
  views[name] = await open(`${address}/renewal#${hash}`, size);
  await signIn(views[name].page, name);
  return views[name];
}

/** A resident on a phone. */
async function phone(locale = 'zh-CN') {
  views.resident = await open(`${address}/resident#sign-in`, { width: 390, height: 844, touch: true, locale });
  await signInAtHome(views.resident.page, 'li');
  await shown(views.resident, '您还没有报告');
  return views.resident;
}

/** A deed of a check-up or a project: opened, said, done. */
async function checkUpDeed({ page }, name) {
  await page.locator('.k-deeds .n-actions').getByRole('button', { name, exact: true }).click();
  await page.locator('.k-saying .button[type=submit]').click();
}

async function deed(view, name, text, state) {
  await view.page.locator(`.p-deeds [data-deed="${name}"]`).click();
  if (text !== '') await view.page.locator('.p-deed textarea').first().fill(text);
  await view.page.locator('.p-deed [type=submit]').click();
  await stands(view, state);
}

before(async () => {
  const admin = part === 'notice' ? await people([['li', 'resident'], ['lin', 'community_planner'], ['wang', 'grid_worker'], ['zhou', 'upper_unit'], ['chen', 'community']]) : await cookieOf('root');
  key = (await keysOf(admin, ['community_planner'], part)).community_planner;
  // The houses themselves, not their models.
  house = (await json('GET', 'objects?class=building', undefined, key)).objects.find(({ bim }) => !bim);
});

after(() => Promise.all(Object.values(views).map((view) => view.close())));

test('the_planner_begins_a_check_up_and_a_grid_worker_gives_a_value_at_the_house', first, async () => {
  const planner = await desk('lin', 'checkups/new');
  const { page } = planner;
  await page.getByLabel('名称（中文）').fill('服务中心体检');
  await page.getByLabel('名称（英文）').fill('Check-up of the centre');
  await page.getByLabel('年度').fill('2026');
  await page.getByRole('button', { name: '新建', exact: true }).click();
  await page.getByRole('heading', { name: '服务中心体检' }).waitFor();
  await checkUpDeed(planner, '开始采集');
  await page.getByText('正在采集：').waitFor();
  await planner.screenshot('story-01-check-up');

  const worker = await desk('wang', `checkups/1/form?object=${encodeURIComponent(house.id)}`, { width: 390, height: 844, touch: true });
  const field = worker.page.locator('[data-indicator=housing_envelope]');
  await field.getByRole('button', { name: '3', exact: true }).click();
  await field.getByText('紧急').first().waitFor();
  await field.getByRole('button', { name: '加备注' }).click();
  await field.getByLabel('备注').fill('东墙保温层脱落');
  await field.scrollIntoViewIfNeeded();
  await worker.screenshot('story-02-value');
  await worker.page.getByRole('button', { name: '保存 1 项' }).click();
  await worker.page.getByText('已保存').waitFor();
  await nothingSerious('value', worker);
});

test('the_server_computes_what_it_can_and_the_problems_are_confirmed', first, async () => {
  const planner = views.lin;
  const { page } = planner;
  await goTo(planner, '#checkups/1/form');
  await page.getByRole('button', { name: '计算', exact: true }).click();
  await page.getByText(/已算出 [1-9]\d* 个数值/).waitFor();
  await planner.screenshot('story-03-computed');
  await goTo(planner, '#checkups/1');
  await checkUpDeed(planner, '形成问题');
  await page.locator('.n-head .k-state', { hasText: '研判中' }).waitFor();
  await goTo(planner, '#checkups/1/problems');
  await page.locator('[data-problem]').first().waitFor();
  const { problems } = await json('GET', 'check-ups/1/problems?limit=1000', undefined, key);
  const at = (indicator) => problems.filter((one) => one.indicator === indicator).map(({ object }) => object);
  assert.deepEqual(at('housing_envelope'), [house.id], 'what was given');
  assert.ok(at('device_online_rate').length > 0, 'what was computed');
  await page.locator('[data-problem]', { hasText: '设备在线率' }).first().waitFor();
  await page.getByLabel('选择列出的全部问题').check();
  await planner.screenshot('story-04-problems');
  await page.locator('button[data-decision=confirm]').click();
  await page.getByText(`已处理 ${problems.length} 个问题`).waitFor();
  await goTo(planner, '#checkups/1');
  await checkUpDeed(planner, '完成体检');
  await page.locator('.n-head .k-state', { hasText: '已完成' }).waitFor();
  await nothingSerious('concluded', planner);
  await planner.screenshot('story-05-concluded');
});

test('a_project_is_written_from_the_problem_and_declared', first, async () => {
  const planner = views.lin;
  const { page } = planner;
  await goTo(planner, '#checkups/1/problems?state=confirmed');
  const { problems } = await json('GET', 'check-ups/1/problems?state=confirmed&limit=1000', undefined, key);
  const { id } = problems.find(({ object, indicator }) => object === house.id && indicator === 'housing_envelope');
  await page.locator(`[data-problem="${id}"] input`).check();
  await page.getByRole('link', { name: /立项/ }).click();
  await page.getByRole('link', { name: `体检 1 号，问题 ${id} 号` }).waitFor();
  assert.match(await page.getByLabel('方案内容').inputValue(), /围护安全隐患/);
  await page.getByLabel('中文名称').fill(NAME);
  await page.getByLabel('英文名称').fill(ENGLISH);
  await page.getByLabel('计划投资（元）').fill('2680000');
  await page.getByRole('button', { name: '添加阶段' }).click();
  await page.getByLabel('阶段（中文）').fill('外墙保温施工');
  await page.getByLabel('阶段（英文）').fill('Insulation of the walls');
  const phase = page.locator('.p-row', { has: page.getByLabel('阶段（中文）') });
  await phase.getByLabel('开始').fill('2030-03-01');
  await phase.getByLabel('结束').fill('2030-06-30');
  await nothingSerious('plan', planner);
  await planner.screenshot('story-06-plan');
  await page.getByRole('button', { name: '保存草稿' }).click();
  await stands(planner, '编制中');
  await deed(planner, 'declare', '', '已申报');
  await planner.screenshot('story-07-declared');
  const { project } = await json('GET', 'projects/1', undefined, key);
  assert.deepEqual([project.plan.problems, project.plan.places], [[{ check_up: 1, problem: id }], [{ type: 'object', object: house.id }]]);
});

test('it_is_reviewed_in_three_steps_with_a_departments_opinion', first, async () => {
  const reviewer = await desk('zhou', 'projects/1/opinions');
  const { page } = reviewer;
  await page.getByRole('button', { name: '征求部门意见' }).click();
  await page.getByLabel('部门名称，一行一个').fill(FIRE);
  await page.locator('.p-deed [type=submit]').click();
  await page.locator(`[data-department="${FIRE}"]`, { hasText: '尚未回复' }).waitFor();
  await page.getByRole('button', { name: '登记书面意见' }).click();
  await page.getByLabel('态度').selectOption('conditional');
  await page.getByLabel('书面意见').fill('须保留四米宽消防通道，保温材料用 A 级。');
  await page.locator('.p-deed [type=submit]').click();
  await page.locator(`[data-department="${FIRE}"]`, { hasText: '有条件同意' }).waitFor();
  await nothingSerious('departments', reviewer);
  await reviewer.screenshot('story-08-department');
  await goTo(reviewer, '#projects/1');
  await deed(reviewer, 'screen', '材料齐全。', '初审通过');
  await deed(reviewer, 'assess', '', '评审通过');
  await deed(reviewer, 'verify', '按消防意见修改后实施。', '复核通过');
  await reviewer.screenshot('story-09-verified');
  // Nobody hears of it before its notice.
  assert.equal((await fetch(`${address}/api/v1/projects/1`)).status, 404);
});

test('on_notice_a_resident_speaks_and_is_answered', first, async () => {
  const community = await desk('chen', 'projects/1');
  await deed(community, 'publish', '服务中心外墙保温方案公示，请提意见。', '公示中');
  const { project } = await json('GET', 'projects/1', undefined, key);
  assert.ok(Date.parse(project.notice.to) >= Date.parse(`${dayIn(project.changed_at, 10)}T00:00:00+08:00`), 'ten full days');
  await community.screenshot('story-10-notice');

  const resident = await phone();
  await resident.page.goto(`${address}/resident#`);
  await resident.page.getByRole('link', { name: new RegExp(`${NAME}.*公示至`) }).click();
  await shown(resident, '服务中心外墙保温方案公示');
  await shown(resident, '外墙保温施工');
  await resident.page.getByRole('button', { name: '说说我的意见' }).click();
  await resident.page.getByLabel('说说我的意见').fill('施工时东门还能走吗？');
  await resident.screenshot('story-11-opinion');
  await resident.page.getByRole('button', { name: '提交' }).click();
  await shown(resident, '还没有答复');

  await goTo(community, '#projects/1/opinions');
  await community.page.reload();
  const opinion = community.page.locator('[data-opinion="1"]');
  await opinion.getByRole('button', { name: '答复' }).click();
  await community.page.getByLabel('答复内容').fill('东门一直可以走，另设一条临时步道。');
  await opinion.locator('[type=submit]').click();
  await opinion.locator('.p-answer').waitFor();
  await nothingSerious('answered', community);
  await community.screenshot('story-12-answer');

  await resident.page.reload();
  await shown(resident, '东门一直可以走');
  await resident.page.getByText('东门一直可以走').first().scrollIntoViewIfNeeded();
  await nothingSerious('answer on the phone', resident);
  await resident.screenshot('story-13-answered');
  // Not a day before its end.
  const early = views.zhou.page;
  await early.reload();
  await stands(views.zhou, '公示中');
  assert.equal(await early.locator('[data-deed="confirm"]').count(), 0);
});

test('after_the_notice_it_is_confirmed_and_enters_the_library', second, async () => {
  const reviewer = await desk('zhou', 'projects/1');
  await stands(reviewer, '公示期满');
  await deed(reviewer, 'confirm', '同意入库。', '已入库');
  await nothingSerious('confirmed', reviewer);
  await reviewer.screenshot('story-14-confirmed');
  await goTo(reviewer, '#projects');
  await reviewer.page.locator('.p-column', { hasText: '项目库' }).locator('[data-project="1"]').waitFor();
  await reviewer.screenshot('story-15-board');
});

test('residents_find_it_in_the_list_and_in_the_scene_with_its_phases', second, async () => {
  const resident = await phone();
  const { page } = resident;
  await page.goto(`${address}/resident#projects`);
  await page.getByRole('link', { name: new RegExp(`${NAME}.*工期 2030年3月1日 至 2030年6月30日`) }).waitFor();
  await nothingSerious('list', resident);
  await resident.screenshot('story-16-list');
  await page.goto(`${address}/resident#`);
  await until(page, 'the place stands', () => document.querySelector('.r-place')?.dataset.ready === 'true', null, 120_000);
  await page.getByRole('link', { name: '看看社区' }).click();
  await atRest(page, ".r-pin[data-of='project']");
  await nothingSerious('scene', resident);
  await resident.screenshot('story-17-scene');
  await page.getByLabel(NAME).and(page.locator('.r-pin')).click();
  await until(page, 'the page of the project', () => location.hash.startsWith('#project/'));
  for (const text of ['外墙保温施工', /2030年3月1日.*2030年6月30日/, '东门一直可以走', '268']) await shown(resident, text);
  await nothingSerious('project', resident);
  await resident.screenshot('story-18-project');
});

test('it_reads_in_english', second, async () => {
  views.visitor = await open(`${address}/resident#project/1`, { width: 390, height: 844, touch: true, locale: 'en-GB' });
  await views.visitor.page.getByRole('heading', { name: ENGLISH }).waitFor();
  await shown(views.visitor, 'Insulation of the walls');
  await nothingSerious('english', views.visitor);
  await views.visitor.screenshot('story-19-english');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // Who follows a link before signing in finds no project there yet, and is asked who they are at a check-up.
  for (const [who, { foreign, problems }] of Object.entries(views)) assert.deepEqual([who, foreign, problems.filter((text) => !/status of 404|status of 401 .*check-ups\/1\)|favicon/.test(text))], [who, [], []]);
});
