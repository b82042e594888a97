// Buildings of the sample community in the browser: picked on the survey's skin, tinted, hidden.
// In: the server's address. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
let view;
let buildings;

before(async () => {
  const { objects } = await (await fetch(`${address}/api/v1/objects?class=building`)).json();
  buildings = objects.filter(({ bim }) => !bim);
  view = await open(address);
  await view.settled();
  await hideModels();
});

after(() => view?.close());

/** Where a model stands for a building, the survey's own is not to be seen. */
async function hideModels() {
  const tab = view.page.getByRole('tab', { name: '模型' });
  if ((await tab.count()) === 0) return;
  await tab.click();
  const shown = view.page.getByRole('button', { name: '隐藏模型' });
  await shown.first().waitFor({ timeout: 10_000 });
  while ((await shown.count()) > 0) await shown.first().click();
  await view.page.getByRole('tab', { name: '设备' }).click();
  await view.settled();
}

/** The middle of a footprint's corners, and so high that a roof may be there. */
function overRoof({ bounds: { min, max } }) {
  return [(min.east_m + max.east_m) / 2, (min.north_m + max.north_m) / 2, max.up_m - 1];
}

/** A building whose roof is picked where it is projected, away from panels and other symbols. */
async function visibleBuilding() {
  for (const building of buildings) {
    const spot = await view.page.evaluate((p) => window.__twin.projectPoint(...p), overRoof(building));
    if (!spot || spot.x < 350 || spot.x > 850 || spot.y < 80 || spot.y > 560) continue;
    const hit = await view.page.evaluate(({ x, y }) => window.__twin.pick(x, y), spot);
    if (hit.type === 'building' && hit.id === building.id) return { building, spot, at: hit.position };
  }
  return assert.fail('no roof can be picked');
}

/** The colour of a place in the picture. The picture moves aside when a panel opens. */
async function colourOf({ east_m, north_m, up_m }) {
  await view.settled();
  return view.page.evaluate(([e, n, u]) => {
    const { x, y } = window.__twin.projectPoint(e, n, u);
    return window.__twin.colourAt(x, y);
  }, [east_m, north_m, up_m]);
}

/** Waits until a click on a place would choose the building, or no longer would. */
const untilPicked = (what, { east_m, north_m, up_m }, id, wanted) =>
  until(view.page, what, async ([e, n, u, building, yes]) => {
    const spot = window.__twin.projectPoint(e, n, u);
    return spot !== null && ((await window.__twin.pick(spot.x, spot.y)).id === building) === yes;
  }, [east_m, north_m, up_m, id, wanted]);

const cyan = ([r, g, b]) => (g + b) / 2 - r;

test('loaded_tiles_know_the_buildings_of_the_model', async () => {
  const known = await view.page.evaluate(() => window.__twin.objects());
  const surveyed = known.filter((id) => id.startsWith('building/'));
  assert.ok(surveyed.length > 0, 'tiles know no building');
  const ids = new Set(buildings.map(({ id }) => id));
  assert.deepEqual(surveyed.filter((id) => !ids.has(id)), []);
});

test('a_picked_building_is_tinted_hidden_and_shown_again', async () => {
  const { building, spot, at } = await visibleBuilding();
  const before = await colourOf(at);
  await view.page.mouse.click(spot.x, spot.y);
  await view.page.getByRole('heading', { name: building.name.zh }).first().waitFor({ timeout: 10_000 });
  const tinted = await colourOf(at);
  assert.ok(cyan(tinted) > cyan(before) + 20, `${before} became ${tinted}`);
  await view.screenshot('building-picked');

  await view.page.getByRole('button', { name: '隐藏楼栋' }).click();
  await untilPicked('the building is gone', at, building.id, false);
  const behind = await colourOf(at);
  assert.ok(cyan(behind) < cyan(tinted) - 20, `${tinted} became ${behind}`);
  await view.screenshot('building-hidden');

  await view.page.locator('canvas').focus();
  await view.page.keyboard.press('h');
  await untilPicked('the building is back', at, building.id, true);
  await view.page.keyboard.press('Escape');
  // The picture moves back as the panel closes.
  await until(view.page, `the colour is again ${before}`, ([{ east_m, north_m, up_m }, colour]) => {
    const spot = window.__twin.projectPoint(east_m, north_m, up_m);
    return spot !== null && window.__twin.colourAt(spot.x, spot.y).every((part, axis) => Math.abs(part - colour[axis]) <= 12);
  }, [at, before]);
});

test('hidden_buildings_are_said_in_the_list_and_shown_from_there', async () => {
  const { building, at } = await visibleBuilding();
  await view.page.getByRole('tab', { name: '楼栋' }).click();
  const row = view.page.locator(`[id="row-${building.id}"]`);
  await row.click();
  await view.page.keyboard.press('h');
  await view.page.keyboard.press('Escape');
  await row.filter({ hasText: '已隐藏' }).waitFor({ timeout: 10_000 });
  await untilPicked('the building is gone', at, building.id, false);
  await view.page.getByRole('button', { name: '显示已隐藏的 1 栋楼' }).click();
  await untilPicked('the building is back', at, building.id, true);
  assert.equal(await row.filter({ hasText: '已隐藏' }).count(), 0);
});

test('a_selected_building_is_tinted_in_coarse_tiles_and_in_fine_ones', async () => {
  await view.page.keyboard.press('Home');
  await view.settled();
  const { building, at } = await visibleBuilding();
  const plain = await colourOf(at);
  await view.page.locator(`[id="row-${building.id}"]`).click();
  const fine = await colourOf(at);
  await view.screenshot('building-fine');
  await view.page.keyboard.press('Home');
  const coarse = await colourOf(at);
  await view.screenshot('building-coarse');
  for (const colour of [fine, coarse]) assert.ok(cyan(colour) > cyan(plain) + 15, `${plain} became ${fine} and ${coarse}`);
});

test('nothing_goes_wrong', () => {
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
