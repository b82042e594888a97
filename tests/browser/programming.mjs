// Programming of a renewal: resources are entered and imported, a need is gathered, tasks are written from confirmed
// problems and generated from what is left, chosen and adopted; who was overtaken is told; a project begins from a task,
// and each leads to the other; axe finds nothing serious.
// In: the address of a server without users, with zones and buildings. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';
import { serverAt, signIn } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, people, keysOf, send } = serverAt(address);
let planner;
let phone;
let page;
let keys;
let problems;

const nothingSerious = async (where, of = page) => assert.deepEqual(await findings(of), [], where);
const goTo = (hash, of = page) => of.evaluate((to) => (location.hash = to), hash);
const tab = (name) => page.locator('.n-tabs').getByRole('link', { name }).click();
const stands = (word) => page.locator('.n-head .g-state', { hasText: word }).waitFor();
const task = (id) => json('GET', `tasks/${id}`, undefined, keys.community_planner);

/** A concluded check-up with confirmed problems. */
async function checkUp() {
  const key = keys.community_planner;
  const houses = (await json('GET', 'objects?class=building')).objects.filter(({ bim }) => !bim).slice(0, 3);
  await json('POST', 'check-ups', { name: { zh: '年度体检', en: 'Check-up of the year' }, year: 2026, cycle: 1 }, key);
  await send('POST', 'check-ups/1/deeds', { deed: 'begin' }, key);
  const values = houses.flatMap(({ id }) => [{ indicator: 'housing_gas', object: id, value: 2 }, { indicator: 'housing_pipes', object: id, value: 3 }, { indicator: 'housing_envelope', object: id, value: 2 }]);
  await send('PUT', 'check-ups/1/values', { values }, key);
  await send('POST', 'check-ups/1/deeds', { deed: 'review' }, key);
  const found = (await json('GET', 'check-ups/1/problems?limit=1000', undefined, key)).problems;
  await send('POST', 'check-ups/1/problems/deeds', { deed: 'confirm', problems: found.map(({ id }) => id) }, key);
  await send('POST', 'check-ups/1/deeds', { deed: 'conclude' }, key);
  return found;
}

before(async () => {
  const admin = await people([['chen', 'community_planner'], ['li', 'resident']]);
  keys = await keysOf(admin, ['community_planner', 'community', 'upper_unit', 'resident']);
  problems = await checkUp();
  planner = await open(`${address}/renewal#programming`, { width: 1280, height: 900 });
  page = planner.page;
});

after(() => Promise.all([planner?.close(), phone?.close()]));

test('a_visitor_sees_no_lists_and_a_planner_sees_that_they_are_empty', async () => {
  await page.getByText('登录后可以办理您负责的事项').waitFor();
  assert.equal(await page.locator('.n-tabs').count(), 0);
  await signIn(page, 'chen');
  await page.getByText('还没有更新任务').waitFor();
  await nothingSerious('empty');
});

test('a_resource_is_entered_once_its_form_is_right', async () => {
  await tab('更新资源');
  await page.getByText('还没有更新资源').waitFor();
  await page.getByRole('link', { name: '录入资源' }).click();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('有内容需要修改').waitFor();
  await page.locator('[aria-invalid=true]:focus').waitFor();
  await page.getByLabel('名称（中文）').fill('老旧小区改造补助');
  await page.getByLabel('名称（英文）').fill('Renewal grant');
  await page.getByLabel('类别').selectOption('money');
  await page.getByLabel('权属单位').fill('区财政局');
  await page.getByLabel('金额（元）').fill('一百万');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('请填金额，最多两位小数').waitFor();
  await nothingSerious('resource form');
  await page.getByLabel('金额（元）').fill('1,200,000.50');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await stands('可用');
  const { row } = await json('GET', 'resources/1', undefined, keys.upper_unit);
  assert.deepEqual([row.resource.plan.amount, row.resource.plan.owner], [{ type: 'money', fen: 120_000_050 }, '区财政局']);
  await nothingSerious('resource');
});

test('resources_come_by_a_table_and_a_wrong_row_keeps_none_of_the_others_back', async () => {
  await goTo('#programming/resources');
  await page.locator('.i-tables summary').click();
  const head = 'name_zh,resource_kind,amount,unit,owner,used_by';
  const rows = ['闲置锅炉房,premises,180,m²,街道办事处,joint', '无主之地,land,,,,government'];
  await page.locator('.i-tables input[type=file]').setInputFiles({ name: '资源.csv', mimeType: 'text/csv', buffer: Buffer.from([head, ...rows].join('\r\n')) });
  await page.getByText('可导入 1 行，有误 1 行').waitFor();
  await page.getByRole('region', { name: /有误的行/ }).waitFor();
  await nothingSerious('import');
  await planner.screenshot('programming-import');
  await page.getByRole('button', { name: '导入 1 行' }).click();
  await page.getByText('已导入 1 项资源').waitFor();
  assert.equal((await json('GET', 'resources', undefined, keys.upper_unit)).total, 2);
});

test('a_need_from_reports_names_them', async () => {
  const kinds = (await json('GET', 'report-kinds')).kinds;
  const report = await json('POST', 'reports', { line: 'suggestion', kind: kinds.find(({ lines }) => !lines || lines.includes('suggestion')).id, text: '希望加装电梯', place: { address: '3 号楼' }, open: true }, keys.resident);
  await goTo(`#programming/needs/new`);
  await page.getByLabel('名称（中文）').fill('加装电梯');
  await page.getByLabel('类别').selectOption('accessibility');
  await page.getByLabel('老年人').check();
  await page.getByLabel('全体居民').uncheck();
  await page.getByLabel('人数').fill('42');
  await page.getByLabel('来源', { exact: true }).selectOption('reports');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.locator('.p-wrong', { hasText: '必填' }).waitFor();
  await page.getByLabel('居民上报的编号').fill(String(report.id));
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await stands('待安排');
  await page.getByRole('link', { name: `上报 ${report.id} 号` }).waitFor();
  assert.equal((await json('GET', `needs?report=${report.id}`, undefined, keys.community)).total, 1);
  await nothingSerious('need');
});

test('confirmed_problems_begin_a_task_whose_form_knows_what_and_where_they_are', async () => {
  await goTo('#programming/problems');
  await page.locator('[data-problem]').nth(problems.length - 1).waitFor();
  const [first, second] = problems;
  for (const { id } of [first, second]) await page.locator(`[data-problem="${id}"] input`).check();
  await nothingSerious('problems');
  await planner.screenshot('programming-problems');
  await page.getByRole('link', { name: '以所选 2 个问题编制任务' }).click();
  await page.getByLabel('名称（中文）').fill('燃气管线更换');
  assert.match(await page.getByLabel('说明').inputValue(), /燃气安全隐患|管线管道破损|围护安全隐患/);
  await page.getByLabel('规模', { exact: true }).selectOption('measure');
  await page.getByLabel('数量', { exact: true }).fill('2');
  await page.getByLabel('单位', { exact: true }).fill('栋');
  await page.getByLabel('开始（季度或月）').fill('2027-Q2');
  await page.getByLabel('结束（季度或月）').fill('2027-Q1');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('结束早于开始').waitFor();
  await page.getByLabel('结束（季度或月）').fill('2027-Q3');
  await nothingSerious('task form');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await stands('建议');
  const { plan } = (await task(1)).row.task;
  assert.deepEqual(plan.problems.map(({ problem }) => problem).sort(), [first.id, second.id].sort());
  assert.deepEqual(plan.places.map(({ object }) => object).sort(), [...new Set([first.object, second.object])].sort());
  // The page says why, and leads to the list of problems and to the place in the model.
  await page.locator(`.g-reasons [data-problem="${first.id}"]`).getByRole('link', { name: '在三维里看' }).waitFor();
  await nothingSerious('task');
});

test('what_is_in_no_task_yet_becomes_tasks_that_one_looks_at_before_they_are_adopted', async () => {
  await goTo('#programming');
  await page.getByRole('link', { name: '自动生成任务' }).click();
  await page.getByRole('button', { name: '预览' }).click();
  await page.locator('.g-proposal').first().waitFor();
  await page.getByText('已在任务中的问题 2 个').waitFor();
  assert.equal((await json('GET', 'tasks', undefined, keys.community)).total, 1, 'nothing is stored by looking');
  const lifts = page.locator('.g-proposal', { has: page.getByText('加装电梯') });
  await lifts.getByRole('checkbox', { name: /老旧小区改造补助/ }).check();
  await nothingSerious('proposals');
  await planner.screenshot('programming-proposals');
  const count = await page.locator('.g-proposal').count();
  await page.getByRole('button', { name: `列入清单（${count} 项）` }).click();
  await page.getByText(`已保存 ${count} 项任务`).waitFor();
  await page.getByText('没有可以归并的问题和需求').waitFor();
  const { tasks } = await json('GET', 'tasks?state=adopted', undefined, keys.community);
  const named = tasks.flatMap(({ task: { plan } }) => (plan.problems ?? []).map(({ problem }) => problem));
  const [gas] = [(await task(1)).row.task.plan.problems.map(({ problem }) => problem)];
  assert.deepEqual([...named, ...gas].sort((a, b) => a - b), problems.map(({ id }) => id).sort((a, b) => a - b), 'each problem is in one task');
  assert.equal((await json('GET', 'resources/1', undefined, keys.community)).row.resource.state, 'committed');
  assert.equal((await json('GET', 'needs/1', undefined, keys.community)).row.need.state, 'in_task');
});

test('who_was_overtaken_keeps_what_they_wrote_and_sees_the_rest_as_it_is_now', async () => {
  await goTo('#programming/1/edit');
  await page.getByLabel('名称（英文）').fill('Gas pipes');
  await send('PATCH', 'tasks/1', { text: '更换立管和阀门。' }, keys.community_planner);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('别人刚刚改动过').waitFor();
  assert.deepEqual([await page.getByLabel('名称（英文）').inputValue(), await page.getByLabel('说明').inputValue()], ['Gas pipes', '更换立管和阀门。']);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await stands('建议');
  // The page shows it as it was; a deed on what others changed is refused, and the page shows it as it is.
  await send('PATCH', 'tasks/1', { text: '更换立管、阀门和表箱。' }, keys.community_planner);
  await page.locator('[data-deed=adopt]').click();
  await page.locator('.k-saying [type=submit]').click();
  await page.getByText('别人刚刚改动过').waitFor();
  await page.getByText('更换立管、阀门和表箱。').waitFor();
  await page.locator('.k-saying [type=submit]').click();
  await stands('已列入清单');
});

test('a_resource_that_suits_is_taken_up_with_a_press', async () => {
  await page.locator('[data-suits="1"]').getByRole('button', { name: '使用' }).click();
  await page.locator('[data-resource="1"]').waitFor();
  assert.deepEqual((await task(1)).row.task.plan.resources, [{ resource: 1 }]);
  await planner.screenshot('programming-task');
});

test('a_project_begins_from_a_task_and_each_leads_to_the_other', async () => {
  await page.getByRole('link', { name: '以此任务立项' }).click();
  await page.getByRole('link', { name: '任务 1 号' }).waitFor();
  assert.equal(await page.getByLabel('中文名称').inputValue(), '燃气管线更换');
  assert.match(await page.getByLabel('方案内容').inputValue(), /更换立管、阀门和表箱。/);
  await nothingSerious('project from a task');
  await page.getByRole('button', { name: '保存草稿' }).click();
  await page.locator('.n-head .n-mark', { hasText: '编制中' }).waitFor();
  const { plan } = (await json('GET', 'projects/1', undefined, keys.community_planner)).project;
  assert.deepEqual([plan.tasks, plan.problems.length], [[1], 2]);
  await page.locator('.n-tabs').getByRole('link', { name: '方案' }).click();
  await page.getByRole('link', { name: '任务 1 号' }).click();
  await stands('已立项');
  await page.locator('.k-facts').getByRole('link', { name: '第 1 号' }).click();
  await page.getByRole('heading', { name: '燃气管线更换' }).waitFor();
});

test('lists_are_narrowed_by_the_address_and_read_on_a_phone_in_english_in_the_dark', async () => {
  await goTo('#programming?state=in_project');
  await page.locator('[data-id="1"]').waitFor();
  assert.equal(await page.locator('.g-row').count(), 1);
  await page.getByRole('combobox', { name: '全部类别' }).selectOption('participation');
  await page.getByText('没有符合条件的内容').waitFor();
  await page.getByRole('button', { name: '清除条件' }).click();
  await page.locator('.g-row').nth(1).waitFor();
  phone = await open(`${address}/renewal#programming`, { width: 390, height: 844, touch: true, locale: 'en-GB', prepare: (of) => of.emulateMedia({ colorScheme: 'dark' }) });
  const of = phone.page;
  await of.context().setExtraHTTPHeaders(keys.community);
  await of.reload();
  for (const [at, hash] of ['#programming', '#programming/resources', '#programming/needs', '#programming/problems', '#programming/1', '#programming/resources/1', '#programming/needs/1'].entries()) {
    await goTo(hash, of);
    await of.locator(at < 4 ? '.k-list' : '.k-facts').first().waitFor();
    await until(of, `${hash} fits`, () => document.documentElement.scrollWidth <= innerWidth);
    await nothingSerious(`phone ${hash}`, of);
  }
  await phone.screenshot('programming-phone');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // A visitor was answered with 401, who was overtaken with 412.
  const expected = /status of (401|403|412)|favicon/;
  for (const view of [planner, phone]) assert.deepEqual([view.foreign, view.problems.filter((text) => !expected.test(text))], [[], []]);
});
