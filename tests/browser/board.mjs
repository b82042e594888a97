// Those who work on projects of renewal: a planner drafts one by the form, which keeps what is written, and declares it;
// others review it; the community puts it on notice and answers a resident; who was overtaken is told; the board shows it
// in its column, as a list on a phone, and in the calendar; axe finds nothing serious.
// In: the address of a server without users, with a survey. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';
import { serverAt, signIn } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, cookieOf, people, keysOf, send } = serverAt(address);
const NAME = '1号楼加装电梯';
let keys;
let resident;
let planner;
let community;
let phone;

const project = () => json('GET', 'projects/1', undefined, keys.community);
const nothingSerious = async (where, { page }) => assert.deepEqual(await findings(page), [], where);
const stands = ({ page }, word) => page.locator('.n-head .n-mark', { hasText: word }).waitFor();
const deed = ({ page }, name) => page.locator(`.p-deeds [data-deed="${name}"]`);
/** Within the page, so that what is written stays: an address alone is no new document. */
const goTo = ({ page }, hash) => page.evaluate((to) => (location.hash = to), hash);

before(async () => {
  const admin = await people([['li', 'resident'], ['chen', 'community_planner'], ['wang', 'community']]);
  keys = await keysOf(admin, ['community', 'community_planner', 'upper_unit']);
  resident = await cookieOf('li');
  planner = await open(`${address}/renewal#projects`, { width: 1440, height: 900 });
});

after(() => Promise.all([planner?.close(), community?.close(), phone?.close()]));

test('a_visitor_reads_that_there_is_nothing_yet_and_may_begin_nothing', async () => {
  await planner.page.getByText('还没有更新项目').waitFor();
  assert.equal(await planner.page.getByRole('link', { name: '新建项目' }).count(), 0);
  await nothingSerious('empty', planner);
});

test('a_planner_drafts_a_project_and_what_is_written_stays_over_a_reload', async () => {
  const { page } = planner;
  await signIn(planner.page, 'chen');
  await page.getByRole('link', { name: '新建项目' }).click();
  await page.getByRole('button', { name: '保存草稿' }).click();
  await page.getByText('有内容需要修改').waitFor();
  // What is wrong has the focus.
  await page.locator('[aria-invalid=true]:focus').waitFor();
  await page.getByLabel('中文名称').fill(NAME);
  await page.getByLabel('英文名称').fill('House 1: a lift');
  await page.getByLabel('计划投资（元）').fill('850000.50');
  await page.reload();
  await page.getByText('已恢复').waitFor();
  assert.equal(await page.getByLabel('中文名称').inputValue(), NAME);
  await page.getByLabel('方案内容').fill('东侧外挂电梯，平层入户。');
  await page.getByLabel('查找楼栋、楼层、房间或构件').fill('1');
  await page.locator('.p-found .item').first().click();
  await page.getByRole('button', { name: '添加来源' }).click();
  await page.getByLabel('来源', { exact: true }).fill('区财政');
  await page.getByLabel('金额（元）').fill('900000');
  await page.getByRole('button', { name: '添加阶段' }).click();
  await page.getByLabel('阶段（中文）').fill('主体施工');
  await page.getByRole('button', { name: '保存草稿' }).click();
  await page.getByText('资金来源合计超过了计划投资').waitFor();
  await nothingSerious('form', planner);
  await planner.screenshot('board-form');
  await page.getByLabel('金额（元）').fill('600000');
  await page.getByRole('button', { name: '保存草稿' }).click();
  await stands(planner, '编制中');
  const { plan } = (await project()).project;
  assert.deepEqual([plan.name.zh, plan.budget.planned_fen, plan.budget.sources[0].amount_fen, plan.places.length, plan.phases.length], [NAME, 85_000_050, 60_000_000, 1, 1]);
  assert.equal(await page.evaluate(() => localStorage.getItem('twin.project.new')), null, 'what the server has is not kept');
});

test('it_is_declared_with_the_keyboard_and_reviewed_by_others', async () => {
  const { page } = planner;
  await deed(planner, 'declare').focus();
  await page.keyboard.press('Enter');
  await page.locator('.p-deed textarea:focus').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await stands(planner, '已申报');
  await nothingSerious('declared', planner);
  await planner.screenshot('board-declared');
  await send('POST', 'projects/1/departments', { departments: ['消防救援大队'] }, keys.upper_unit);
  await send('POST', 'projects/1/department-opinions', { department: '消防救援大队', stance: 'conditional', text: '须保留四米宽消防通道。' }, keys.upper_unit);
  await send('POST', 'projects/1/deeds', { deed: 'screen' }, keys.upper_unit);
  // The page that is open follows.
  await stands(planner, '初审通过');
});

test('who_was_overtaken_is_told_and_what_they_wrote_is_still_there', async () => {
  const { page } = planner;
  await deed(planner, 'withdraw').click();
  await page.getByLabel('理由（必填）').fill('另行申报');
  await send('POST', 'projects/1/deeds', { deed: 'assess' }, keys.upper_unit);
  // What someone writes about stays as they saw it; that there is more is told.
  await page.getByText('刚刚有了新的变动').waitFor();
  await stands(planner, '初审通过');
  await page.locator('.p-deed [type=submit]').click();
  await page.getByText('别人刚刚改动过').waitFor();
  await stands(planner, '评审通过');
  assert.equal(await page.getByLabel('理由（必填）').inputValue(), '另行申报');
  assert.equal((await project()).project.state, 'assessed', 'nothing was overwritten');
  await page.keyboard.press('Escape');
  await send('POST', 'projects/1/deeds', { deed: 'verify' }, keys.upper_unit);
});

test('the_community_puts_it_on_notice_and_answers_a_resident', async () => {
  community = await open(`${address}/renewal#projects`, { width: 1180, height: 820 });
  const { page } = community;
  await signIn(community.page, 'wang');
  await goTo(community, '#projects/1');
  await deed(community, 'publish').click();
  await page.locator('.p-deed [type=submit]').click();
  await page.getByText('必填。').waitFor();
  await page.getByLabel('公示内容').fill('1号楼加装电梯方案公示，请提意见。');
  await page.locator('.p-deed [type=submit]').click();
  await stands(community, '公示中');
  await page.getByText('1号楼加装电梯方案公示').first().waitFor();
  await send('POST', 'projects/1/opinions', { text: '能不能保留一条消防通道？' }, resident);
  await goTo(community, '#projects/1/opinions');
  await page.reload();
  await page.getByText('有条件同意').waitFor();
  const opinion = page.locator('[data-opinion="1"]');
  await opinion.getByRole('button', { name: '答复' }).click();
  await page.getByLabel('答复内容').fill('东侧消防通道一直保留。');
  await nothingSerious('answer', community);
  await opinion.locator('[type=submit]').click();
  await opinion.locator('.p-answer').waitFor();
  await community.screenshot('board-opinions');
  assert.equal((await project()).project.voices.opinions_open, 0);
});

test('another_plan_after_the_notice_needs_a_reason_and_what_others_changed_is_kept', async () => {
  const { page } = planner;
  await goTo(planner, '#projects/1/plan');
  await page.getByLabel('计划投资（元）').fill('900000');
  await page.getByText('须重新公示').waitFor();
  await send('PATCH', 'projects/1', { summary: '东侧外挂电梯，平层入户；保留消防通道。' }, keys.community_planner);
  await page.getByLabel('变更理由').fill('电梯加大一号');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('别人刚刚改了这个方案').waitFor();
  assert.equal(await page.getByLabel('方案内容').inputValue(), '东侧外挂电梯，平层入户；保留消防通道。');
  assert.equal(await page.getByLabel('计划投资（元）').inputValue(), '900000');
  await nothingSerious('rebased', planner);
  await goTo(planner, '#projects/1/plan');
  await page.getByRole('link', { name: '取消' }).click();
  await stands(planner, '公示中');
});

test('the_board_the_list_and_the_calendar_show_it', async () => {
  const { page } = planner;
  await goTo(planner, '#projects');
  await page.locator('.p-column', { hasText: '公示' }).locator('[data-project="1"]').waitFor();
  await nothingSerious('board', planner);
  await planner.screenshot('board-board');
  await page.getByRole('combobox', { name: '全部类别' }).selectOption('operation');
  await page.getByText('没有符合条件的项目').waitFor();
  assert.match(page.url(), /kind=operation/);
  await page.getByRole('button', { name: '清除条件' }).click();
  await page.getByRole('button', { name: '日历' }).click();
  const { notice } = (await project()).project;
  await goTo(planner, `#projects?as=calendar&month=${notice.to.slice(0, 7)}`);
  await page.locator('.p-entry', { hasText: '公示截止' }).first().waitFor();
  await nothingSerious('calendar', planner);
  await planner.screenshot('board-calendar');
});

test('a_board_that_is_open_shows_what_others_begin_and_a_page_what_residents_say', async () => {
  const { page } = planner;
  await goTo(planner, '#projects?as=board');
  await page.locator('.p-column', { hasText: '公示' }).locator('[data-project="1"]').waitFor();
  const plan = { name: { zh: '河边步道', en: 'A walk' }, summary: '步道整修。', kind: 'infrastructure', level: 'basic' };
  const { id } = await json('POST', 'projects', plan, keys.community_planner);
  await page.locator(`[data-project="${id}"]`, { hasText: '河边步道' }).waitFor();
  await send('POST', `projects/${id}/deeds`, { deed: 'withdraw' }, keys.community_planner);
  await goTo(planner, '#projects/1/opinions');
  await page.locator('[data-opinion="1"]').waitFor();
  await send('POST', 'projects/1/opinions', { text: '施工时间请避开夜间。' }, resident);
  await page.getByText('施工时间请避开夜间。').waitFor();
});

test('the_pages_read_in_english_in_the_dark_and_on_a_phone', async () => {
  phone = await open(`${address}/renewal#projects`, { width: 390, height: 844, touch: true, locale: 'en-GB', prepare: (page) => page.emulateMedia({ colorScheme: 'dark' }) });
  const { page } = phone;
  await page.getByRole('link', { name: 'House 1: a lift' }).waitFor();
  await nothingSerious('phone', phone);
  await phone.screenshot('board-phone');
  for (const part of ['', '/content', '/opinions', '/works', '/trail']) {
    await goTo(phone, `#projects/1${part}`);
    await page.locator('.n-card').first().waitFor();
    await until(page, `${part} fits`, () => document.documentElement.scrollWidth <= innerWidth);
    await nothingSerious(`phone ${part}`, phone);
  }
  await phone.screenshot('board-phone-trail');
  assert.equal(await page.locator('[data-deed]').count(), 0, 'who is not signed in does nothing');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // Who was overtaken was answered with 412; a form was refused before it was sent.
  const expected = /status of 412|favicon/;
  for (const { foreign, problems } of [planner, community, phone]) assert.deepEqual([foreign, problems.filter((text) => !expected.test(text))], [[], []]);
});
