// Colours by property with their legend, and the table of what is in view with its export.
// In: the server's address. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
let view;
let buildings;
let devices;

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
