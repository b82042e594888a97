// Those who work on residents' reports: one arrives at an open desk without a reload, is taken up, sent out, answered
// by the body that it was sent to, checked, and confirmed by the resident; who was overtaken is told; what tells of the
// same is joined, and parted again; symbols and heat stand in the scene and leave it; axe finds nothing serious.
// In: the address of a server without users, with a survey. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';
import { serverAt, signIn } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, cookieOf, people, keysOf, send } = serverAt(address);
let resident;
let visitor;
let desk;
let wall;
let key;
let page;
let spot;
const numbers = {};

const report = async (kind, text, place, more = {}) => (await json('POST', 'reports', { line: 'problem', kind, text, place, ...more }, resident)).id;
const told = (id) => json('GET', `reports/${id}`, undefined, resident);
const nothingSerious = async (where, of = page) => assert.deepEqual(await findings(of), [], where);
const row = (id, of = page) => of.locator(`#row-report-${id}`);
const deed = (name, of = page) => of.locator(`.deeds [data-deed="${name}"]`);
const stands = (word, of = page) => of.locator('.report .state .word', { hasText: word }).waitFor();

before(async () => {
  const admin = await people([['li', 'resident'], ['wang', 'community', 'grid_worker'], ['zhao', 'property']]);
  key = (await keysOf(admin, ['community'])).community;
  resident = await cookieOf('li');
  // Around the middle of what there is to see.
  const { catalog } = await json('GET', 'catalog');
  const { min, max } = catalog.scenes[0].bounds;
  spot = (east_m, north_m) => ({ position: { east_m: (min.east_m + max.east_m) / 2 + east_m, north_m: (min.north_m + max.north_m) / 2 + north_m, up_m: 0.2 } });
  numbers.road = await report('road', '小广场旁的人行道地砖翘起来了，老人走路容易绊倒', { ...spot(-6, 4), address: '小广场西侧' });
  numbers.noise = await report('neighbours', '夜里十一点后还有人装修', { address: '5 号楼' }, { open: false });
  desk = await open(address, { width: 1440, height: 900 });
  page = desk.page;
});

after(() => Promise.all([desk?.close(), visitor?.close(), wall?.close()]));

test('a_visitor_sees_public_reports_only_and_no_deeds', async () => {
  await send('POST', `reports/${numbers.road}/deeds`, { deed: 'accept' }, key);
  visitor = await open(address, { width: 1180, height: 820 });
  await visitor.settled();
  await visitor.page.keyboard.press('r');
  await row(numbers.road, visitor.page).click();
  await visitor.page.getByText('现在没有需要您办理的').waitFor();
  assert.equal(await row(numbers.noise, visitor.page).count(), 0, 'what is not public is not there');
  assert.equal(await visitor.page.locator('.deeds [data-deed]').count(), 0);
  await visitor.settled();
  await visitor.screenshot('desk-visitor');
});

test('a_report_arrives_at_an_open_desk_without_a_reload', async () => {
  await desk.settled();
  await signIn(page, 'wang');
  await page.keyboard.press('r');
  await row(numbers.noise).waitFor();
  await page.getByRole('tab', { name: /待受理/ }).click();
  assert.equal(await row(numbers.road).count(), 0, 'what was taken up does not wait for that');
  await nothingSerious('queue');
  await page.evaluate(() => (window.sameDocument = true));
  numbers.lamp = await report('lighting', '东门的路灯三天不亮了', { ...spot(14, -6), address: '3 号楼东门' });
  await row(numbers.lamp).waitFor({ timeout: 30_000 });
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  await desk.settled();
  await desk.screenshot('desk-queue');
});

test('it_is_taken_up_and_sent_out_with_the_keyboard_alone', async () => {
  await row(numbers.lamp).focus();
  await page.keyboard.press('Enter');
  await stands('待受理');
  await deed('accept').focus();
  await page.keyboard.press('Enter');
  await page.locator('.deed-form textarea:focus').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await stands('已立案');
  await deed('dispatch').focus();
  await page.keyboard.press('Enter');
  // The body of the kind is chosen already.
  assert.equal(await page.getByLabel('派遣给').inputValue(), 'property');
  await nothingSerious('dispatch');
  await desk.screenshot('desk-dispatch');
  await page.locator('.deed-form .button').first().focus();
  await page.keyboard.press('Enter');
  await stands('已派遣');
  assert.equal((await told(numbers.lamp)).report.body, 'property');
});

test('the_body_that_it_was_sent_to_answers_and_the_grid_worker_checks', async () => {
  const { page: other } = visitor;
  await signIn(other, 'zhao');
  await other.getByRole('button', { name: '关闭' }).first().click();
  await other.keyboard.press('r');
  if ((await other.locator('.desk').count()) === 0) await other.keyboard.press('r');
  await other.getByRole('tab', { name: /待我处理/ }).click();
  await row(numbers.lamp, other).click();
  await deed('start', other).click();
  await stands('处理中', other);
  await deed('answer', other).click();
  await other.getByLabel('答复居民').fill('已更换灯具，请您晚上看一看');
  await nothingSerious('answer', other);
  await visitor.settled();
  await visitor.screenshot('desk-answer-tablet');
  await other.locator('.deed-form .button').first().click();
  await stands('已反馈', other);
  // Whoever did the work does not check it; the desk hears of it by itself.
  assert.equal(await deed('pass', other).count(), 0);
  await stands('已反馈');
  await page.getByRole('tab', { name: /待核查/ }).click();
  await row(numbers.lamp).waitFor();
  await deed('pass').click();
  await page.getByLabel('说明（可不填）').fill('晚上去看过，亮了');
  await page.locator('.deed-form .button').first().click();
  await stands('已核查');
  await send('POST', `reports/${numbers.lamp}/deeds`, { deed: 'confirm', rating: { stars: 5, text: '很快' } }, resident);
  await stands('已结案');
  await page.getByRole('img', { name: '5 星，满分 5 星' }).waitFor();
  await nothingSerious('closed');
  await desk.settled();
  await desk.screenshot('desk-closed');
});

test('who_was_overtaken_is_told_and_sees_what_happened', async () => {
  await page.getByRole('tab', { name: /全部/ }).click();
  await row(numbers.road).click();
  await stands('已立案');
  await deed('dispatch').click();
  // News of the change does not come through until the deed has failed.
  let held = true;
  await page.route(/\/api\/v1\/reports(\?|\/\d+$)/, (route) => (held ? route.abort() : route.continue()));
  page.on('response', (response) => (held &&= response.status() !== 412));
  await send('POST', `reports/${numbers.road}/deeds`, { deed: 'dispatch', body: 'company' }, key);
  await page.locator('.deed-form .button').first().click();
  await page.getByText('刚有人先办理了这份上报').waitFor();
  await stands('已派遣');
  assert.equal((await told(numbers.road)).report.body, 'company', 'nothing was overwritten');
  await page.unroute(/\/api\/v1\/reports(\?|\/\d+$)/);
  await nothingSerious('overtaken');
  await desk.settled();
  await desk.screenshot('desk-overtaken');
});

test('what_tells_of_the_same_is_joined_and_parted_again', async () => {
  numbers.again = await report('road', '广场边地砖松动', { ...spot(-4, 5), address: '小广场' });
  await row(numbers.again).click();
  await page.locator('.similar .button').click();
  await stands('已并入');
  await page.locator('.undo .link').first().click();
  await stands('已立案');
  assert.equal((await told(numbers.again)).report.state, 'accepted');
});

test('reports_stand_in_the_scene_are_picked_there_and_leave_it', async () => {
  await page.keyboard.press('Escape');
  await page.locator(`#row-report-${numbers.again}:focus`).waitFor();
  await desk.settled();
  const symbol = await until(page, 'a symbol', (id) => window.__twin.reportSymbol(String(id)), numbers.road);
  assert.equal((await page.evaluate(({ x, y }) => window.__twin.pick(x, y), symbol)).type, 'report');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('Home');
  await page.getByLabel('典型问题热度').check();
  await desk.settled();
  await desk.screenshot('desk-heat');
  await page.getByLabel('典型问题热度').uncheck();
  // A hundred times out and in, in a small window: each frame is waited for, or they would queue up.
  await page.setViewportSize({ width: 760, height: 480 });
  await page.evaluate(() => window.__twin.frame());
  await desk.settled();
  const before = await page.evaluate(() => window.__twin.memory());
  await page.evaluate(async () => {
    const boxes = [...document.querySelectorAll('.desk-scene input')];
    for (let half = 0; half < 200; half++) {
      for (const box of boxes) box.click();
      window.__twin.colourAt(380, 240);
      await new Promise((next) => requestAnimationFrame(next));
    }
  });
  await page.getByLabel('典型问题热度').uncheck();
  await page.evaluate(() => window.__twin.frame());
  await desk.settled();
  assert.deepEqual(await page.evaluate(() => window.__twin.memory()), before);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByLabel('在实景中显示').uncheck();
  await until(page, 'the symbol has gone', (id) => window.__twin.reportSymbol(String(id)) === null, numbers.road);
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('l');
  // The last row of the tree.
  await page.getByRole('tree').press('End');
  await page.getByRole('treeitem', { name: /居民上报/ }).waitFor();
  await page.getByRole('tree').press(' ');
  await until(page, 'the layer tree brings it back', (id) => window.__twin.reportSymbol(String(id)) !== null, numbers.road);
});

test('the_desk_reads_in_english_and_in_the_dark', async () => {
  await page.keyboard.press('r');
  await page.getByRole('button', { name: '切换语言：English' }).click();
  await page.getByRole('tab', { name: /To send out/ }).waitFor();
  await row(numbers.again).click();
  await page.getByRole('button', { name: 'Send out' }).waitFor();
  await page.getByRole('button', { name: 'Appearance: as the system' }).click();
  await page.getByRole('button', { name: 'Appearance: light' }).click();
  await desk.settled();
  await nothingSerious('english, dark');
  await desk.screenshot('desk-english-dark');
});

test('the_wall_shows_the_closing_figures_as_the_server_counts_them', async () => {
  const { east_m, north_m } = spot(0, -75).position;
  const pose = { east_m, north_m, up_m: 65, heading_deg: 0, pitch_deg: -42 };
  const panels = ['figures', 'reports', 'alarms'];
  await send('PUT', 'displays/reports', { name: { zh: '上报', en: 'Reports' }, tour: [{ title: { zh: '全景', en: 'All' }, pose, travel_s: 0, dwell_s: 600, panels }] }, key);
  wall = await open(`${address}/wall?display=reports&theme=dark&lang=zh`, { width: 1920, height: 1080, prepare: (of) => of.setExtraHTTPHeaders(key) });
  const { total } = await json('GET', 'reports/figures', undefined, key);
  assert.deepEqual([total.reported, total.answered, total.answered_in_time, total.mean_stars], [4, 1, 1, 5]);
  await until(wall.page, 'the figures', (open) => document.querySelector('[data-figure=open] b')?.textContent === String(open), total.open);
  assert.deepEqual(await wall.page.locator('.w-closing b').allInnerTexts(), [String(total.open), '0', '100\u202f%', '0', '5.0']);
  await until(wall.page, 'symbols of reports', (id) => window.__twin?.reportSymbol(String(id)), numbers.road, 120_000);
  await nothingSerious('wall', wall.page);
  await wall.settled();
  await wall.screenshot('desk-wall');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // Who was overtaken was answered with 412, and what was held back was aborted.
  const expected = /status of 412|ERR_FAILED|favicon/;
  assert.deepEqual([desk.foreign, desk.problems.filter((text) => !expected.test(text))], [[], []]);
});
