// Colours by property and by an indicator of a check-up with their legend, and the table of what is in view with its export.
// In: the server's address. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
let view;
let buildings;
let devices;

const send = async (method, path, body) => {
  const answer = await fetch(`${address}/api/v1/${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.status === 204 ? null : answer.json();
};
const hook = (name, ...given) => view.page.evaluate(([method, rest]) => window.__twin[method](...rest), [name, given]);

before(async () => {
  buildings = (await (await fetch(`${address}/api/v1/objects?class=building`)).json()).objects.filter(({ bim }) => !bim);
  ({ devices } = await (await fetch(`${address}/api/v1/devices`)).json());
  view = await open(address);
  await view.settled();
});

after(() => view?.close());

test('the_legend_counts_every_building_once', async () => {
  await view.page.keyboard.press('c');
  await view.page.getByRole('combobox', { name: '按' }).selectOption('property:storeys');
  const counts = (await view.page.locator('.legend .figure').allTextContents()).map(Number);
  assert.equal(counts.reduce((a, b) => a + b, 0), buildings.length);
  await view.settled();
  await view.screenshot('colour');
});

test('a_building_takes_the_colour_of_its_class_and_gives_it_back', async () => {
  const { bounds } = buildings.find(({ id }) => id === 'building/s01') ?? buildings[0];
  const roof = await hook('projectPoint', (bounds.min.east_m + bounds.max.east_m) / 2, (bounds.min.north_m + bounds.max.north_m) / 2, bounds.max.up_m);
  assert.ok(roof);
  const painted = await hook('colourAt', roof.x, roof.y);
  await view.page.getByRole('button', { name: '恢复原色' }).click();
  const plain = await hook('colourAt', roof.x, roof.y);
  assert.ok(painted.some((part, i) => Math.abs(part - plain[i]) > 12), `${painted} and ${plain}`);
});

test('a_check_up_colours_buildings_by_an_indicator_and_says_which_have_no_value', async () => {
  const { id } = await send('POST', 'check-ups', { name: { zh: '着色用的体检', en: 'To colour by' }, year: 2026 });
  await send('POST', `check-ups/${id}/deeds`, { deed: 'begin' });
  const assessed = buildings.slice(1);
  await send('PUT', `check-ups/${id}/values`, { values: assessed.map((one, i) => ({ indicator: 'housing_gas', object: one.id, value: i % 4 })) });
  await send('PUT', `check-ups/${id}/values`, { values: [{ indicator: 'parking_gap', object: buildings.find(({ zone }) => zone).zone, value: 42 }] });
  await view.page.getByRole('combobox', { name: '按' }).selectOption({ label: '体检指标…' });
  await view.page.getByRole('combobox', { name: '体检', exact: false }).last().selectOption(String(id));
  await view.page.getByRole('combobox', { name: '指标' }).last().selectOption('housing_gas');
  await view.page.locator('.legend h3', { hasText: '燃气安全隐患' }).waitFor();
  await view.page.getByText('数值越小越好').waitFor();
  const rows = await view.page.locator('.legend li').allInnerTexts();
  assert.ok(rows[0].includes('好'), `the good end is marked: ${rows}`);
  assert.match(rows.at(-1), /没有数据\s*1$/);
  const counts = (await view.page.locator('.legend .figure').allTextContents()).map(Number);
  assert.equal(counts.reduce((a, b) => a + b, 0), buildings.length);
  await until(view.page, 'the address', (key) => decodeURIComponent(location.hash).includes(key), `c=building/indicator:${id}:housing_gas/quantile5`);
  await view.settled();
  await view.screenshot('colour-indicator');
  // What was assessed of a neighbourhood is of its buildings.
  await view.page.getByRole('combobox', { name: '指标' }).last().selectOption('parking_gap');
  await view.page.getByText('按小区评估，1 个小区有结果').waitFor();
  const zone = buildings.find((one) => one.zone).zone;
  const without = buildings.filter((one) => one.zone !== zone).length;
  if (without > 0) assert.equal(Number(await view.page.locator('.legend li').last().locator('.figure').textContent()), without);
  await view.page.getByRole('button', { name: '恢复原色' }).click();
});

test('devices_are_coloured_by_a_reading_and_one_class_is_shown_alone', async () => {
  await view.page.getByRole('button', { name: '设备', exact: true }).last().click();
  await view.page.getByRole('combobox', { name: '按' }).selectOption('kind');
  await view.page.locator('.legend button').first().click();
  await until(view.page, 'the address', () => /c=device\/kind\/quantile5\/0/.test(location.hash));
  await view.page.getByRole('button', { name: '恢复原色' }).click();
});

test('rows_are_what_is_in_view_and_sort_and_narrow', async () => {
  await view.page.keyboard.press('o');
  const rows = view.page.locator('.in-view tr[data-row]');
  await rows.first().waitFor();
  const distances = (await view.page.locator('.in-view tr[data-row] td:nth-child(2)').allTextContents()).map(Number);
  assert.deepEqual(distances, [...distances].sort((a, b) => a - b));
  assert.ok((await rows.count()) < devices.length, 'rows that nobody sees are made');
  await view.page.getByRole('searchbox', { name: '筛选表中内容' }).fill('lamp-001');
  await until(view.page, 'one row', () => document.querySelectorAll('.in-view tr[data-row]').length === 1);
  await rows.first().click();
  await until(view.page, 'the row is chosen', () => location.hash.includes('s=device/lamp-001'));
  await view.screenshot('table');
});

test('the_export_has_all_rows_of_the_filter_with_a_byte_order_mark', async () => {
  await view.page.getByRole('searchbox', { name: '筛选表中内容' }).fill('');
  const [download] = await Promise.all([view.page.waitForEvent('download'), view.page.getByRole('button', { name: '导出 CSV' }).click()]);
  const text = await readFile(await download.path(), 'utf8');
  const shown = Number(/视野内 (\d+) 个/.exec(await view.page.locator('.table-bar .count').textContent())?.[1]);
  assert.equal(text.charCodeAt(0), 0xfeff);
  assert.equal(text.trimEnd().split('\r\n').length, shown + 1);
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
