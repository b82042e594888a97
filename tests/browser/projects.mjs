// Projects of renewal in the planner's scene: they are shown from the layer tree, picked, read in the sheet, and left for
// their page; drafts come with a sign-in; a link flies to one; who may not read one is told.
// In: the address of a server without users, with a survey. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';
import { dayIn, serverAt, signIn } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, people, keysOf, send } = serverAt(address);
const NAMES = { notice: '外墙保温', draft: '河边步道' };
let keys;
const numbers = {};
let view;
let page;
let building;

const deed = async (role, id, body) => void (await send('POST', `projects/${id}/deeds`, body, keys[role]));
const nothingSerious = async (where, of = page) => assert.deepEqual(await findings(of), [], where);
const symbol = (id, of = page) => until(of, `the symbol of project ${id}`, (one) => window.__twin?.projectSymbol(String(one)), id);

before(async () => {
  keys = await keysOf(await people([['chen', 'community_planner']]), ['community', 'community_planner', 'upper_unit']);
  const body = await json('GET', 'objects?class=building', undefined, keys.community);
  building = body.objects.find(({ bim }) => !bim);
  const one = await json('POST', 'projects', {
    name: { zh: NAMES.notice, en: 'Insulation' }, summary: '外墙做保温，施工期间东侧道路单向通行。', kind: 'infrastructure', level: 'improving',
    places: [{ type: 'object', object: building.id }], budget: { planned_fen: 268_000_000 },
    phases: [{ id: 'wall', name: { zh: '外墙', en: 'Walls' }, from: '2030-03-01', to: '2030-06-30' }],
  }, keys.community_planner);
  numbers.notice = one.id;
  await deed('community_planner', one.id, { deed: 'declare' });
  for (const name of ['screen', 'assess', 'verify']) await deed('upper_unit', one.id, { deed: name });
  await deed('community', one.id, { deed: 'publish', text: '请提意见。', last_day: dayIn(one.created_at, 12) });
  await send('POST', `projects/${one.id}/opinions`, { text: '能不能保留一条消防通道？' }, keys.community);
  // A line has no height of its own.
  const { min, max } = building.bounds;
  const two = await json('POST', 'projects', {
    name: { zh: NAMES.draft, en: 'A walk' }, summary: '步道整修。', kind: 'infrastructure', level: 'basic',
    places: [{ type: 'line', points: [[min.east_m - 4, min.north_m - 12], [max.east_m + 4, min.north_m - 12]] }],
  }, keys.community_planner);
  numbers.draft = two.id;
  view = await open(address, { width: 1280, height: 800 });
  page = view.page;
  await view.settled();
});

after(() => view?.close());

test('the_layer_tree_shows_projects_that_everyone_may_read_and_hides_them_again', async () => {
  await page.keyboard.press('l');
  const row = page.getByRole('treeitem', { name: /更新项目/ });
  await row.getByTitle('显示更新项目').click();
  await symbol(numbers.notice);
  assert.equal(await page.evaluate((id) => window.__twin.projectSymbol(String(id)), numbers.draft), null, 'a draft is not public');
  await nothingSerious('layers');
  await row.getByTitle('隐藏更新项目').click();
  await until(page, 'the symbol has gone', (id) => window.__twin.projectSymbol(String(id)) === null, numbers.notice);
  await row.getByTitle('显示更新项目').click();
  await symbol(numbers.notice);
  await page.keyboard.press('l');
});

test('a_symbol_is_picked_and_its_sheet_tells_the_notice_the_money_and_who_waits', async () => {
  await view.settled();
  const at = await symbol(numbers.notice);
  assert.deepEqual(await page.evaluate(({ x, y }) => window.__twin.pick(x, y), at), { type: 'project', id: String(numbers.notice) });
  await page.mouse.move(at.x, at.y);
  await page.locator('.label', { hasText: NAMES.notice }).waitFor();
  await page.mouse.click(at.x, at.y);
  const sheet = page.locator('.sheet[data-of=project]');
  await sheet.getByRole('heading', { name: NAMES.notice }).waitFor();
  for (const words of ['公示中', '预算 268 万元', /还有 1[23] 天/, '1 条意见待答复', '外墙做保温', '外墙']) await sheet.getByText(words).first().waitFor();
  await until(page, 'the address', (id) => location.hash.includes(`s=project/${id}`), numbers.notice);
  await nothingSerious('sheet');
  await view.settled();
  await view.screenshot('projects-sheet');
  // What happens now is seen without asking; asked again would be after a minute.
  await send('POST', `projects/${numbers.notice}/opinions`, { text: '施工时间请避开夜间。' }, keys.community);
  await sheet.getByText('2 条意见待答复').first().waitFor();
  const link = sheet.getByRole('link', { name: '打开项目页面' });
  assert.equal(await link.evaluate((one) => one.href), `${address}/renewal#projects/${numbers.notice}`);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
});

test('who_works_on_projects_sees_drafts_once_signed_in_and_on_the_ground', async () => {
  await signIn(page, 'chen');
  await view.settled();
  await symbol(numbers.draft);
  await page.keyboard.press('l');
  await page.getByRole('treeitem', { name: /更新项目/ }).getByTitle('展开').click();
  await page.getByRole('treeitem', { name: NAMES.draft }).click();
  await page.locator('.sheet[data-of=project]').getByText('1 段线路').waitFor();
  await view.settled();
  const foot = await page.evaluate(([e, n, u]) => window.__twin.projectPoint(e, n, u), [(building.bounds.min.east_m + building.bounds.max.east_m) / 2, building.bounds.min.north_m - 12, building.bounds.min.up_m]);
  const head = await symbol(numbers.draft);
  assert.ok(Math.abs(head.x - foot.x) < 3 && Math.abs(foot.y - head.y - 50) < 3, `${JSON.stringify(head)} over ${JSON.stringify(foot)}`);
  await view.screenshot('projects-draft');
});

test('the_strip_of_time_shows_what_is_built_on_a_day_in_lanes_and_in_the_scene', async () => {
  await page.keyboard.press('Escape');
  const { min, max } = building.bounds;
  /** How much more red and blue than green is on a wall, below the symbol on the roof. */
  const purple = async () => {
    await view.settled();
    const at = await page.evaluate((p) => window.__twin.projectPoint(...p), [(min.east_m + max.east_m) / 2, min.north_m, (min.up_m + max.up_m) / 2]);
    const [red, green, blue] = await page.evaluate(({ x, y }) => window.__twin.colourAt(x, y), at);
    return (red + blue) / 2 - green;
  };
  await page.keyboard.press('t');
  const card = page.locator('.tool-card[data-tool=time]');
  await card.getByRole('button', { name: '工程计划' }).click();
  await card.getByText('这段时间没有工期').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.hasAttribute('data-past')), false, 'today is the present');
  await card.getByRole('button', { name: '全部' }).click();
  await card.getByRole('button', { name: `查看 ${NAMES.notice}` }).click();
  await page.locator('.sheet[data-of=project]').getByText(NAMES.notice).first().waitFor();
  await card.getByText('没有施工').waitFor();
  await view.settled();
  const before = await purple();
  await card.getByRole('button', { name: /外墙：.*2030/ }).click();
  await card.getByText(/2030年3月1日，按计划/).waitFor();
  for (const mark of ['公示', '尚未开工', '施工中', '已完工']) await card.locator('.works-legend').getByText(mark, { exact: true }).waitFor();
  await card.locator('.months').getByText(/年\d+月/).first().waitFor();
  await card.getByText('1 个项目施工').waitFor();
  await until(page, 'the address', () => location.hash.includes('t=2030-03-01/works/all'), null);
  const built = await purple();
  assert.ok(built > before + 15, `${built} on the day, ${before} today`);
  await nothingSerious('works');
  await view.screenshot('projects-works');
  await card.getByRole('button', { name: '下一次开工或完工' }).click();
  await card.getByText(/2030年7月1日/).waitFor();
  // The strip is closed, the day stays, and the bar says so.
  await page.keyboard.press('t');
  await page.locator('.tool-chips').getByText(/2030年7月1日/).waitFor();
  await page.keyboard.press('t');
  await card.getByRole('button', { name: '设备历史' }).click();
  await until(page, 'the present', () => !document.documentElement.hasAttribute('data-past') && !location.hash.includes('works'), null);
  await page.keyboard.press('t');
});

test('a_phone_shows_the_place_under_the_lanes_of_works', async () => {
  const phone = await open(`${address}/#t=2030-03-01/works/all`, { width: 390, height: 844, touch: true });
  try {
    await phone.settled();
    await phone.page.getByRole('button', { name: '工具' }).click();
    await phone.page.getByRole('button', { name: '时间', exact: true }).click();
    await phone.page.locator('.lane-bar').first().waitFor();
    // In the middle of what is free, between the lanes and the drawer.
    const { min, max } = building.bounds;
    const middle = [(min.east_m + max.east_m) / 2, (min.north_m + max.north_m) / 2, max.up_m];
    const stands = (at) => {
      const [top, bottom] = [document.querySelector('.tool-card').getBoundingClientRect().bottom, document.querySelector('.drawer').getBoundingClientRect().top];
      const { y } = window.__twin.projectPoint(...at);
      return bottom - top > innerHeight / 4 && top < y && y < bottom;
    };
    await until(phone.page, 'the building stands under the lanes', stands, middle);
    await phone.settled();
    await phone.screenshot('projects-works-phone');
  } finally {
    await phone.close();
  }
});

test('residents_who_have_the_list_or_a_project_open_see_what_becomes_of_it', async () => {
  const resident = await open(`${address}/resident#projects`, { width: 390, height: 780, touch: true });
  try {
    const row = resident.page.locator('.r-rows a', { hasText: NAMES.draft });
    await resident.page.locator('.r-rows a', { hasText: NAMES.notice }).waitFor();
    assert.equal(await row.count(), 0);
    const phases = [{ id: 'walk', name: { zh: '铺装' }, from: '2031-03-01', to: '2031-06-30' }];
    await send('PATCH', `projects/${numbers.draft}`, { phases, budget: { planned_fen: 1_000_000 } }, keys.community_planner);
    await deed('community_planner', numbers.draft, { deed: 'declare' });
    for (const name of ['screen', 'assess', 'verify']) await deed('upper_unit', numbers.draft, { deed: name });
    const { project } = await json('GET', `projects/${numbers.draft}`, undefined, keys.community);
    await deed('community', numbers.draft, { deed: 'publish', text: '步道公示。', last_day: dayIn(project.created_at, 12) });
    // The list is asked for every five minutes otherwise, and a project was every minute.
    await row.waitFor();
    await row.click();
    await resident.page.getByText('步道公示。').first().waitFor();
    await send('POST', `projects/${numbers.draft}/opinions`, { text: '希望加装路灯。' }, keys.community);
    await resident.page.getByText('希望加装路灯。').first().waitFor();
    assert.deepEqual([resident.foreign, resident.problems.filter((text) => !/favicon/.test(text))], [[], []]);
  } finally {
    await resident.close();
  }
});

test('a_link_opens_a_project_and_flies_to_it_and_another_is_not_there', async () => {
  const phone = await open(`${address}/#s=project/${numbers.notice}&l=en`, { width: 390, height: 780, touch: true });
  try {
    await phone.page.getByText('2 opinions wait for an answer').waitFor({ timeout: 120_000 });
    await phone.settled();
    const { east_m, north_m } = building.bounds.min;
    const near = ([east, north]) => {
      const pose = window.__twin?.pose();
      return pose && Math.hypot(pose.east_m - east, pose.north_m - north) < 150;
    };
    await until(phone.page, 'the camera is there', near, [east_m, north_m]);
    await nothingSerious('phone', phone.page);
    await phone.settled();
    await phone.screenshot('projects-phone');
    const { id: hidden } = await json('POST', 'projects', { name: { zh: '草稿' }, kind: 'infrastructure', level: 'basic' }, keys.community_planner);
    await phone.page.evaluate((id) => (location.hash = `s=project/${id}`), hidden);
    await phone.page.getByText('There is no such project, or it is not public yet.').waitFor();
    assert.deepEqual(phone.foreign, []);
  } finally {
    await phone.close();
  }
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  assert.deepEqual([view.foreign, view.problems.filter((text) => !/favicon/.test(text))], [[], []]);
});
