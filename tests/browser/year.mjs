// What stands around check-ups and projects: the catalogue of indicators is read, checked and changed by a table; a value
// gets photographs, which wait over a reload and stand beside its problem; a project takes a drawn area and GeoJSON as its
// places; the report of the year tells what there is, says where data are missing, and is exported and printed.
// In: the address of a server without users, with zones and buildings. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';
import { serverAt, signIn } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, people, keysOf, send } = serverAt(address);
const YEAR = new Date().getFullYear();
let planner;
let worker;
let page;
let keys;
let house;

const nothingSerious = async (where, of = page) => assert.deepEqual(await findings(of), [], where);
const goTo = (hash, of = page) => of.evaluate((to) => (location.hash = to), hash);
const table = (text) => ({ name: '指标.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
const pictures = (of) =>
  of.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    const brush = canvas.getContext('2d');
    brush.fillStyle = '#a64';
    brush.fillRect(0, 0, 640, 480);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())];
  });

before(async () => {
  const admin = await people([['lin', 'community_planner'], ['wang', 'grid_worker']]);
  keys = await keysOf(admin, ['community_planner', 'grid_worker', 'resident', 'community']);
  house = (await json('GET', 'objects?class=building')).objects.find(({ bim }) => !bim);
  planner = await open(`${address}/renewal#indicators`, { width: 1280, height: 900 });
  page = planner.page;
});

after(() => Promise.all([planner?.close(), worker?.close()]));

test('the_catalogue_is_for_those_who_read_check_ups_and_is_found_by_any_word', async () => {
  await page.getByText('登录后可以办理您负责的事项').waitFor();
  assert.equal(await page.locator('[data-indicator]').count(), 0);
  await signIn(page, 'lin');
  await page.locator('[data-indicator=housing_gas]').waitFor();
  await page.getByRole('searchbox').fill('在线');
  await page.locator('[data-indicator=device_online_rate]').waitFor();
  assert.equal(await page.locator('[data-indicator=housing_gas]').count(), 0);
  assert.match(page.url(), /q=/);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('combobox', { name: '类别' }).selectOption('smart');
  await page.locator('[data-indicator=housing_gas]').waitFor({ state: 'detached' });
  await nothingSerious('catalogue');
  await goTo('#indicators');
});

test('a_table_with_a_wrong_row_names_it_and_changes_nothing', async () => {
  await page.locator('.i-tables summary').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载模板（CSV）' }).click()]);
  const [head, ...rows] = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  const wrong = rows.map((row) => row.replace(/,less_is_better,/, ',sideways,'));
  await page.locator('.i-tables input[type=file]').setInputFiles(table([head, wrong[0]].join('\r\n')));
  await page.getByRole('region', { name: '表格有误，没有导入' }).getByText('方向').waitFor();
  assert.equal(await page.getByRole('button', { name: '导入', exact: true }).count(), 0);
  await nothingSerious('wrong table');
  // One is renamed and one is new; as the whole catalogue all the others would go.
  const renamed = rows[0].replace('使用安全隐患', '结构安全隐患');
  const added = rows[0].replace('housing_structure', 'city_extra').replace('使用安全隐患', '城市自定指标');
  await page.locator('.i-tables input[type=file]').setInputFiles(table([head, renamed, added].join('\r\n')));
  await page.getByText('检查通过').waitFor();
  const would = async () => Object.fromEntries(await page.locator('.i-tables .n-figures > div').evaluateAll((all) => all.map((one) => [one.querySelector('dt').textContent, Number(one.querySelector('dd').textContent)])));
  assert.deepEqual(await would(), { 新增: 1, 更新: 1, 不变: 0, 移除: 0 });
  await page.getByLabel('全部替换').check();
  await page.getByText(/项指标不再采用/).waitFor();
  assert.equal((await would()).移除, rows.length - 1);
  await planner.screenshot('year-indicators');
  await page.getByLabel('补充和更新').check();
  await until(page, 'nothing would go', () => !document.body.textContent.includes('项指标不再采用'));
  await page.getByRole('button', { name: '导入', exact: true }).click();
  await page.getByText(/已导入，现行为第 \d+ 版/).waitFor();
  await page.locator('[data-indicator=city_extra]').waitFor();
  const { indicators, imported } = await json('GET', 'indicators', undefined, keys.community_planner);
  assert.deepEqual([indicators.length, imported], [rows.length + 1, true]);
});

test('a_grid_worker_photographs_a_value_and_what_is_not_sent_waits_over_a_reload', async () => {
  const key = keys.community_planner;
  await json('POST', 'check-ups', { name: { zh: '年度体检', en: 'Check-up of the year' }, year: YEAR, cycle: 1 }, key);
  await send('POST', 'check-ups/1/deeds', { deed: 'begin' }, key);
  worker = await open(`${address}/renewal#checkups/1/form?object=${encodeURIComponent(house.id)}`, { width: 390, height: 844, touch: true });
  const of = worker.page;
  await signIn(of, 'wang');
  const gas = of.locator('.k-field[data-indicator=housing_gas]');
  await gas.getByRole('button', { name: '3', exact: true }).click();
  const file = { name: 'pipe.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(await pictures(of)) };
  await gas.locator('input[type=file]').setInputFiles([file, { ...file, name: 'valve.jpg' }]);
  await gas.locator('figure').nth(1).waitFor();
  await of.reload();
  await gas.locator('figure img').nth(1).waitFor();
  await gas.getByRole('button', { name: /移除照片 2/ }).click();
  await nothingSerious('photographs', of);
  await worker.screenshot('year-photographs');
  await of.locator('.k-save .button').click();
  await of.getByText(/已保存/).waitFor();
  const [value] = (await json('GET', `check-ups/1/values?indicator=housing_gas&object=${encodeURIComponent(house.id)}`, undefined, keys.grid_worker)).values;
  assert.deepEqual([value.value, value.photos.length], [3, 1]);
  assert.equal(await gas.locator('img').getAttribute('src').then((src) => src.includes(value.photos[0])), true, 'the picture is the server’s now');
});

test('what_is_no_picture_is_told_beside_its_field', async () => {
  const of = worker.page;
  const roof = of.locator('.k-field[data-indicator=housing_envelope]');
  await roof.getByRole('button', { name: '1', exact: true }).click();
  await roof.locator('input[type=file]').setInputFiles({ name: 'note.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
  await of.locator('.k-save .button').click();
  await roof.getByText(/照片没有接受/).waitFor();
  await roof.getByRole('button', { name: /移除照片 1/ }).click();
  await of.locator('.k-save .button').click();
  await until(of, 'it is saved', () => document.querySelector('[data-indicator=housing_envelope]')?.dataset.typed === 'false');
});

test('the_photograph_stands_beside_the_problem_that_follows', async () => {
  const key = keys.community_planner;
  await send('POST', 'check-ups/1/deeds', { deed: 'review' }, key);
  const { problems } = await json('GET', 'check-ups/1/problems?indicator=housing_gas', undefined, key);
  await goTo('#checkups/1/problems');
  await page.locator(`[data-problem="${problems[0].id}"] img`).waitFor();
  await send('POST', 'check-ups/1/problems/deeds', { deed: 'confirm', problems: [problems[0].id] }, key);
});

test('a_project_takes_an_area_that_was_drawn_and_what_a_file_holds', async () => {
  const { catalog } = await json('GET', 'catalog', undefined, keys.community_planner);
  const { id, origin } = catalog.community;
  await page.evaluate((key) => localStorage.setItem(key, JSON.stringify([{ kind: 'line', points: [[0, 0, 5], [30, 40, 5]], name: '河边步道' }, { kind: 'polygon', points: [[0, 0, 5], [30, 0, 5], [30, 20, 5]], name: '' }])), `twin.drawn.${id}`);
  await goTo('#projects/new?drawn=1');
  await page.getByText(/范围（300/).first().waitFor();
  assert.doesNotMatch(page.url(), /drawn/, 'it is handed over once');
  await page.locator('.p-shapes-of summary').click();
  await page.getByRole('button', { name: /河边步道/ }).click();
  await page.getByRole('button', { name: '粘贴导入' }).click();
  const paste = page.locator('.p-file textarea');
  await paste.fill('{"type":"Point","coordinates":[1,2]}');
  await page.getByRole('button', { name: '导入', exact: true }).click();
  await page.getByText('50 公里以上').waitFor();
  await paste.fill(JSON.stringify({ type: 'LineString', coordinates: [[origin.longitude_deg, origin.latitude_deg], [origin.longitude_deg, origin.latitude_deg + 0.0005]] }));
  await page.getByRole('button', { name: '导入', exact: true }).click();
  await page.getByText('已导入 1 个图形').waitFor();
  await nothingSerious('shapes');
  await page.getByLabel('中文名称').fill('步道整修');
  await page.getByLabel('方案内容').fill('沿河步道整修。');
  await page.getByRole('button', { name: '保存草稿' }).click();
  await page.locator('.n-head .n-mark', { hasText: '编制中' }).waitFor();
  const { plan } = (await json('GET', 'projects/1', undefined, keys.community_planner)).project;
  assert.deepEqual(plan.places.slice(0, 2), [{ type: 'polygon', rings: [[[0, 0], [30, 0], [30, 20]]] }, { type: 'line', points: [[0, 0], [30, 40]] }]);
  const [from, to] = plan.places[2].points;
  // So much of a degree of latitude is 55 to 56 m.
  assert.ok(Math.hypot(...from) < 0.01 && Math.abs(to[0]) < 0.1 && to[1] > 55 && to[1] < 56, JSON.stringify(plan.places[2]));
});

test('the_report_of_the_year_tells_what_there_is_and_where_data_are_missing', async () => {
  await goTo('#projects');
  await page.getByRole('link', { name: '年度评价', exact: true }).last().click();
  await page.getByRole('heading', { name: `${YEAR} 年度社区更新评价报告` }).waitFor();
  await page.getByRole('heading', { name: '五、体检' }).waitFor();
  await page.getByText('本年没有项目竣工').waitFor();
  await page.getByText('本年没有居民上报').waitFor();
  await page.getByRole('link', { name: '年度体检' }).first().waitFor();
  await page.locator('.y-none').first().waitFor();
  await nothingSerious('year');
  await planner.screenshot('year-report');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出表格：按状态' }).click()]);
  assert.equal(await readFile(await download.path(), 'utf8'), '\ufeff状态,项目数,计划投资（元）,已用资金（元）,使用率（%）\r\n编制中,1,0,0,\r\n合计,1,0,0,\r\n');
  await page.emulateMedia({ media: 'print' });
  assert.deepEqual([await page.locator('.n-top').isVisible(), await page.locator('.y-years').isVisible()], [false, false]);
  await planner.screenshot('year-report-print');
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('link', { name: `${YEAR - 1} 年` }).click();
  await page.getByRole('heading', { name: `${YEAR - 1} 年度社区更新评价报告` }).waitFor();
  await page.getByText('本年没有形成问题的体检').waitFor();
});

test('it_reads_on_a_phone_in_english_in_the_dark_also_for_those_who_may_not_read_check_ups', async () => {
  await worker.close();
  worker = await open(`${address}/renewal#report/${YEAR}`, { width: 390, height: 844, touch: true, locale: 'en-GB', prepare: (of) => of.emulateMedia({ colorScheme: 'dark' }) });
  const of = worker.page;
  await of.getByText('Check-ups are for those who may read them').first().waitFor();
  await until(of, 'it fits', () => document.documentElement.scrollWidth <= innerWidth);
  await nothingSerious('phone', of);
  await worker.screenshot('year-phone');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // A visitor was answered with 401; a wrong table and a file that is no picture with 422.
  const expected = /status of (401|422)|favicon/;
  for (const view of [planner, worker]) assert.deepEqual([view.foreign, view.problems.filter((text) => !expected.test(text))], [[], []]);
});
