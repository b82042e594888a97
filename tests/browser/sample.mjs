// The sample community in the browser: the place, its devices, their states.
// In: the server's address, with the sample's devices registered. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
let view;
let devices;

async function post(device, stream, value) {
  const answer = await fetch(`${address}/api/v1/readings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ readings: [{ device, stream, value }] }),
  });
  assert.equal((await answer.json()).accepted, 1);
}

before(async () => {
  ({ devices } = await (await fetch(`${address}/api/v1/devices`)).json());
  view = await open(address);
  await view.settled();
});

after(async () => {
  await view?.screenshot('sample-last');
  await view?.close();
});

test('the_place_fills_the_picture_under_a_sky', async () => {
  await view.screenshot('sample-desktop');
  const share = await view.page.evaluate(() => window.__twin.background());
  // Two tiles of 100 m are a small island; without them the share is 1.
  assert.ok(share > 0.05 && share < 0.9, `background covers ${share}`);
  const stats = await view.page.evaluate(() => window.__twin.stats());
  assert.ok(stats.triangles > 1000, `${stats.triangles} triangles`);
  assert.equal(stats.tilesFailed, 0);
});

test('every_device_is_in_the_list_and_in_the_scene', async () => {
  assert.ok(devices.length > 10, `${devices.length} devices`);
  const drawn = await view.page.evaluate((ids) => ids.filter((id) => window.__twin.deviceColour(id) !== null).length, devices.map(({ id }) => id));
  assert.equal(drawn, devices.length);
});

test('a_device_changes_its_look_within_a_second_of_a_reading', async () => {
  const { id } = devices.find(({ kind }) => kind === 'smoke_detector');
  const colour = () => view.page.evaluate((device) => window.__twin.deviceColour(device), id);
  const never = await colour();
  await post(id, 'smoke_db_m', 0);
  await until(view.page, 'a first reading shows', ([device, old]) => window.__twin.deviceColour(device) !== old, [id, never], 5_000);
  const quiet = await colour();
  const sent = Date.now();
  await post(id, 'smoke_db_m', 0.5);
  await until(view.page, 'smoke shows', ([device, old]) => window.__twin.deviceColour(device) !== old, [id, quiet], 5_000);
  console.log(`reading to colour: ${Date.now() - sent} ms`);
  assert.notEqual(await colour(), never, 'an alarm must not look like a device that never reported');
  await view.screenshot('sample-alarm');
  await post(id, 'smoke_db_m', 0);
  await until(view.page, 'the end of the smoke shows', ([device, old]) => window.__twin.deviceColour(device) === old, [id, quiet], 5_000);
});

test('picking_a_known_device_answers_with_its_name', async () => {
  const lamp = await view.page.evaluate((ids) => {
    for (const id of ids) {
      const symbol = window.__twin.symbol(id);
      if (symbol && symbol.members.length === 1 && symbol.x > 350 && symbol.x < 850 && symbol.y > 60 && symbol.y < 560) return { id, ...symbol };
    }
    return null;
  }, devices.map(({ id }) => id));
  assert.ok(lamp, 'no device stands alone in the picture');
  const hit = await view.page.evaluate(({ x, y }) => window.__twin.pick(x, y), lamp);
  const device = devices.find(({ id }) => id === lamp.id);
  assert.equal(hit.type, 'device');
  assert.equal(hit.id, device.id);
  await view.page.mouse.click(lamp.x, lamp.y);
  await view.page.getByRole('heading', { name: device.name.zh }).first().waitFor({ timeout: 10_000 });
  await view.screenshot('sample-device');
});

test('picking_the_ground_answers_where_it_is', async () => {
  const { catalog } = await (await fetch(`${address}/api/v1/catalog`)).json();
  const { min, max } = catalog.community.bounds;
  const [east, north] = [(min.east_m + max.east_m) / 2, (min.north_m + max.north_m) / 2];
  const spot = await view.page.evaluate(([e, n, u]) => window.__twin.projectPoint(e, n, u), [east, north, min.up_m + 2]);
  const hit = await view.page.evaluate(({ x, y }) => window.__twin.pick(x, y + 6), spot);
  assert.ok(['ground', 'building'].includes(hit.type), JSON.stringify(hit));
  const away = Math.hypot(hit.position.east_m - east, hit.position.north_m - north);
  assert.ok(away < 30, `picked ${away} m from the point that was projected`);
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  assert.deepEqual(view.foreign, []);
  assert.deepEqual(view.problems, []);
});

test('a_phone_and_english_show_the_same_place', async () => {
  const phone = await open(address, { width: 390, height: 780, locale: 'en-GB', touch: true });
  try {
    await phone.settled();
    await phone.screenshot('sample-phone-en');
    const language = await phone.page.evaluate(() => document.documentElement.lang);
    assert.match(language, /^en/);
    const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `the page is ${wide} px wide`);
    assert.deepEqual([phone.foreign, phone.problems], [[], []]);
  } finally {
    await phone.close();
  }
});
