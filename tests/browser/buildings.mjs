// Buildings of the sample community in the browser: picked on the survey's skin, tinted, hidden.
// In: the server's address. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
let view;
let buildings;

before(async () => {
  ({ objects: buildings } = await (await fetch(`${address}/api/v1/objects?class=building`)).json());
  view = await open(address);
  await view.settled();
});

after(() => view?.close());

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
    if (hit.type === 'building' && hit.id === building.id) return { building, spot };
  }
  return assert.fail('no roof can be picked');
}

const colourAt = ({ x, y }) => view.page.evaluate(([px, py]) => window.__twin.colourAt(px, py), [x, y]);
const cyan = ([r, g, b]) => (g + b) / 2 - r;

test('loaded_tiles_know_the_buildings_of_the_model', async () => {
  const known = await view.page.evaluate(() => window.__twin.objects());
  assert.ok(known.length > 0, 'tiles know no object');
  const ids = new Set(buildings.map(({ id }) => id));
  assert.deepEqual(known.filter((id) => !ids.has(id)), []);
});

test('a_picked_building_is_tinted_hidden_and_shown_again', async () => {
  const { building, spot } = await visibleBuilding();
  const before = await colourAt(spot);
  await view.page.mouse.click(spot.x, spot.y);
  await view.page.getByRole('heading', { name: building.name.zh }).first().waitFor({ timeout: 10_000 });
  await view.settled();
  const tinted = await colourAt(spot);
  assert.ok(cyan(tinted) > cyan(before) + 20, `${before} became ${tinted}`);
  await view.screenshot('building-picked');

  await view.page.getByRole('button', { name: '隐藏楼栋' }).click();
  await until(view.page, 'the building is gone', ([x, y, id]) => window.__twin.pick(x, y).then((hit) => hit.id !== id), [spot.x, spot.y, building.id]);
  await view.settled();
  const behind = await colourAt(spot);
  assert.ok(cyan(behind) < cyan(tinted) - 20, `${tinted} became ${behind}`);
  await view.screenshot('building-hidden');

  await view.page.locator('canvas').focus();
  await view.page.keyboard.press('h');
  await until(view.page, 'the building is back', ([x, y, id]) => window.__twin.pick(x, y).then((hit) => hit.id === id), [spot.x, spot.y, building.id]);
  await view.page.keyboard.press('Escape');
  await view.settled();
  const [r, g, b] = await colourAt(spot);
  assert.ok([r - before[0], g - before[1], b - before[2]].every((off) => Math.abs(off) <= 8), `${before} became ${[r, g, b]}`);
});

test('hidden_buildings_are_said_in_the_list_and_shown_from_there', async () => {
  const { building, spot } = await visibleBuilding();
  await view.page.getByRole('tab', { name: /楼栋/ }).click();
  await view.page.locator(`[id="row-${building.id}"]`).click();
  await view.page.keyboard.press('h');
  await view.page.keyboard.press('Escape');
  await view.page.locator(`[id="row-${building.id}"]`, { hasText: '已隐藏' }).waitFor({ timeout: 10_000 });
  await view.page.getByRole('button', { name: /显示已隐藏的 1 栋楼/ }).click();
  assert.equal(await view.page.getByText('已隐藏').count(), 0);
  assert.ok(spot);
});

test('a_building_far_from_its_coarse_tiles_is_tinted_at_every_level', async () => {
  // The view from above shows coarse tiles, the flight to a building fine ones.
  const { building } = await visibleBuilding();
  await view.page.locator(`[id="row-${building.id}"]`).click();
  await view.settled();
  const spot = await view.page.evaluate((p) => window.__twin.projectPoint(...p), overRoof(building));
  assert.ok(spot, 'the building is not in the picture');
  const near = await colourAt(spot);
  await view.page.keyboard.press('Home');
  await view.settled();
  const far = await view.page.evaluate((p) => window.__twin.projectPoint(...p), overRoof(building));
  const colour = await colourAt(far);
  await view.screenshot('building-coarse');
  assert.ok(cyan(near) > 0 && cyan(colour) > 0, `near ${near}, far ${colour}`);
});

test('nothing_goes_wrong', () => {
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
