// Two states of the place: each side draws, hits and names what it shows.
// In: the server's address, with a building that has a model and a planned one. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
let view;
let scenes;
let spot;
let wall;

const hook = (name, ...given) => view.page.evaluate(([method, rest]) => window.__twin[method](...rest), [name, given]);
const kindOf = (hit) => (hit.type === 'element' ? hit.id.split('/')[0] : hit.type);
const hash = () => view.page.evaluate(() => location.hash);

before(async () => {
  const { catalog } = await (await fetch(`${address}/api/v1/catalog`)).json();
  const models = catalog.scenes.filter(({ content, profile }) => content === 'model' && profile === 'full');
  const planned = models.find(({ state }) => state === 'proposed');
  const existing = models.find((one) => one.state !== 'proposed' && one.replaces?.some((id) => planned.replaces.includes(id)));
  scenes = { planned, existing };
  const { min, max } = existing.bounds;
  wall = [min.east_m + (max.east_m - min.east_m) * 0.62, min.north_m + 1, max.up_m - 5];
  view = await open(`${address}/#v=${wall[0]},${min.north_m - 60},${max.up_m + 30},0,-30`, { width: 1200, height: 700 });
  await view.settled();
  await view.page.keyboard.press('b');
  await view.page.getByRole('slider', { name: '分界线，方向键移动' }).waitFor();
  await view.settled();
  spot = await hook('projectPoint', ...wall);
  assert.ok(spot);
});

after(() => view?.close());

test('what_exists_is_left_of_the_divider_and_what_is_planned_right_of_it', async () => {
  await view.screenshot('compare-swipe');
  assert.deepEqual(await view.page.locator('.side-name').allTextContents(), ['现状', '规划']);
  const divider = view.page.getByRole('slider', { name: '分界线，方向键移动' });
  await divider.focus();
  await view.page.keyboard.press('End');
  await view.settled();
  assert.equal(kindOf(await hook('pick', spot.x, spot.y)), scenes.existing.source);
  await view.page.keyboard.press('Home');
  await view.settled();
  assert.equal(kindOf(await hook('pick', spot.x, spot.y)), scenes.planned.source);
});

test('the_divider_is_dragged', async () => {
  const handle = await view.page.locator('.divider').boundingBox();
  await view.page.mouse.move(handle.x + 22, 650);
  await view.page.mouse.down();
  await view.page.mouse.move(840, 650, { steps: 3 });
  await view.page.mouse.up();
  assert.equal(await view.page.locator('.divider').getAttribute('aria-valuenow'), '70');
});

test('side_by_side_both_halves_show_the_same_place_in_their_own_state', async () => {
  await view.page.getByRole('button', { name: '并排' }).click();
  await view.settled();
  await view.screenshot('compare-beside');
  const { source } = scenes.existing;
  const place = await hook('projectPoint', ...wall);
  assert.equal(kindOf(await hook('pick', place.x, place.y)), source);
  assert.equal(kindOf(await hook('pick', place.x + 600, place.y)), scenes.planned.source);
});

test('a_side_shows_the_survey_when_it_is_told_to', async () => {
  const left = view.page.getByRole('group', { name: /^左侧/ });
  await left.getByRole('combobox').first().selectOption({ label: '实景' });
  await view.settled();
  const place = await hook('projectPoint', ...wall);
  assert.deepEqual([(await hook('pick', place.x, place.y)).id], [scenes.existing.replaces[0]]);
});

test('the_comparison_is_in_the_address_and_goes_with_its_tool', async () => {
  await until(view.page, 'the address', () => location.hash.includes('b=beside'));
  assert.match(await hash(), new RegExp(`b=beside/[^&]*${scenes.planned.source}`));
  await view.page.keyboard.press('b');
  await until(view.page, 'the address is as before', () => !location.hash.includes('b='));
  await view.settled();
  assert.equal(await view.page.locator('.divider').count(), 0);
  assert.ok((await hook('stats')).errors === 0);
});

test('alternatives_of_a_project_that_name_models_are_sides', async () => {
  const alternatives = [
    { id: 'now', name: { zh: '改造前', en: 'Before' }, role: 'before', model: { type: 'scene', scene: scenes.existing.id } },
    { id: 'plan', name: { zh: '方案一', en: 'Plan 1' }, role: 'plan', model: { type: 'scene', scene: scenes.planned.id } },
    { id: 'words', name: { zh: '只有文字', en: 'Words only' }, role: 'plan' },
  ];
  const body = JSON.stringify({ name: { zh: '加装电梯', en: 'A lift' }, kind: 'infrastructure', level: 'improving', alternatives });
  const answer = await fetch(`${address}/api/v1/projects`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  assert.ok(answer.ok, `${answer.status} ${await answer.clone().text()}`);
  const { id } = await answer.json();
  // Asked for when the card is opened.
  await view.page.keyboard.press('b');
  await view.page.getByRole('combobox', { name: '更新项目' }).selectOption(String(id));
  const plan = (side) => view.page.locator(`fieldset[data-side=${side}]`).getByRole('combobox', { name: '项目方案' });
  await plan('a').waitFor();
  assert.deepEqual(await plan('a').locator('option:not([disabled])').allTextContents(), ['改造前', '方案一']);
  await plan('a').selectOption('plan');
  await plan('b').selectOption('now');
  await until(view.page, 'the address', ([a, b]) => new RegExp(`b=[^/]+/[^!]*${a}![^/]*/[^!]*${b}!`).test(decodeURIComponent(location.hash)), [scenes.planned.source, scenes.existing.source]);
  assert.deepEqual(await view.page.locator('.side-name').allTextContents(), ['规划', '现状']);
  await view.page.locator('canvas').focus();
  await view.page.keyboard.press('b');
  await view.page.locator('.divider').waitFor({ state: 'detached' });
});

test('the_sheet_of_a_building_says_as_what_it_is_shown_and_changes_it', async () => {
  const id = scenes.existing.replaces[0];
  await view.page.evaluate((next) => (location.hash = `${location.hash.split('&s=')[0]}&s=${next}`), id);
  const choice = view.page.getByRole('group', { name: '这栋楼显示' });
  await choice.waitFor();
  const pressed = () => choice.locator('[aria-pressed=true]').textContent();
  await choice.getByRole('button', { name: '现状模型' }).click();
  assert.equal(await pressed(), '现状模型');
  await choice.getByRole('button', { name: '规划模型' }).click();
  assert.equal(await pressed(), '规划模型');
  await choice.getByRole('button', { name: '实景' }).click();
  assert.equal(await pressed(), '实景');
  await until(view.page, 'the survey shows the building', (one) => window.__twin.drawn().includes(one), id, 60_000);
  await view.screenshot('shown-as');
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
