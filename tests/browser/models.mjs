// A building model in the sample community: in place of the survey's building, by element, by storey,
// by space, cut.
// In: the server's address, with the model that `house.mjs` adds. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
const asked = [];
let view;
let elements;

const id = (name) => `house/${name.padStart(22, '0')}`;
const hook = (name, ...given) => view.page.evaluate(([method, rest]) => window.__twin[method](...rest), [name, given]);

function middle(name) {
  const { min, max } = elements.find((element) => element.id === id(name)).bounds;
  return [(min.east_m + max.east_m) / 2, (min.north_m + max.north_m) / 2, (min.up_m + max.up_m) / 2];
}

/** What a click would choose where a point of the scene appears. */
async function pickedAt(point) {
  const spot = await hook('projectPoint', ...point);
  assert.ok(spot, `${point} is out of view`);
  return { spot, hit: await hook('pick', spot.x, spot.y) };
}

/** Stands some metres from a point, looking at it along a heading. */
async function lookAt([east, north, up], away_m, heading_deg, pitch_deg) {
  const [h, p] = [heading_deg, pitch_deg].map((deg) => (deg * Math.PI) / 180);
  const eye = [east - Math.sin(h) * Math.cos(p) * away_m, north - Math.cos(h) * Math.cos(p) * away_m, up - Math.sin(p) * away_m];
  const hash = `#v=${eye.map((part) => part.toFixed(2)).join()},${heading_deg},${pitch_deg}`;
  await view.page.evaluate((next) => (location.hash = next), hash);
  await until(view.page, 'the camera has moved', ([e, n]) => {
    const pose = window.__twin.pose();
    return pose && Math.hypot(pose.east_m - e, pose.north_m - n) < 0.1;
  }, eye);
  await view.settled();
}

const untilDrawn = (name, wanted) =>
  until(view.page, `${name} is ${wanted ? 'there' : 'gone'}`, ([one, yes]) => window.__twin.drawn().includes(one) === yes, [name, wanted]);

before(async () => {
  const list = async (of) => (await (await fetch(`${address}/api/v1/objects?class=${of}`)).json()).objects;
  elements = [...(await list('element')), ...(await list('space'))];
  const [east_m, north_m, up_m] = middle('column102');
  const sensor = { kind: 'smoke_detector', name: { zh: '柱上烟感', en: 'Detector at a column' }, position: { east_m, north_m, up_m: up_m + 1 }, object: id('column102') };
  const put = await fetch(`${address}/api/v1/devices/bound-1`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sensor) });
  assert.ok(put.ok, await put.text());
  view = await open(address);
  view.page.on('request', (request) => asked.push(request.url()));
  await view.settled();
  await lookAt(middle('column102'), 24, -14, -20);
});

after(() => view?.close());

test('the_survey_gives_way_to_the_model_that_stands_for_its_building', async () => {
  await view.screenshot('model-outside');
  await untilDrawn('building/c01', false);
  assert.ok((await hook('objects')).includes('building/c01'), 'the survey does not know the building');
  await view.page.getByRole('tab', { name: '模型' }).click();
  const card = view.page.getByRole('region', { name: '社区服务中心' });
  await card.getByRole('button', { name: '隐藏模型' }).click();
  await untilDrawn('building/c01', true);
  await untilDrawn(id('column102'), false);
  await card.getByRole('button', { name: '显示模型' }).click();
  await untilDrawn('building/c01', false);
  await view.settled();
});

test('an_instance_is_picked_by_its_own_id_and_says_its_properties', async () => {
  for (const name of ['column101', 'column102', 'column203']) {
    const { hit } = await pickedAt(middle(name));
    assert.deepEqual([hit.type, hit.id], ['element', id(name)]);
  }
  const { spot } = await pickedAt(middle('column102'));
  const plain = await hook('colourAt', spot.x, spot.y);
  await view.page.mouse.click(spot.x, spot.y);
  await view.page.getByRole('heading', { name: '柱 1-3' }).waitFor({ timeout: 10_000 });
  const rows = await view.page.locator('.properties div').allInnerTexts();
  assert.deepEqual(rows.map((row) => row.split(/\s+/)), [['LoadBearing', '是'], ['混凝土强度', 'C30'], ['直径', '0.6']]);
  await view.settled();
  await view.screenshot('model-element');
  const { spot: now } = await pickedAt(middle('column102'));
  const tinted = await hook('colourAt', now.x, now.y);
  const cyan = ([r, g, b]) => (g + b) / 2 - r;
  assert.ok(cyan(tinted) > cyan(plain) + 20, `${plain} became ${tinted}`);
});

test('a_device_and_its_element_lead_to_each_other', async () => {
  await view.page.getByRole('heading', { name: '所属设备（1）' }).waitFor({ timeout: 10_000 });
  await view.screenshot('model-bound-device');
  await view.page.locator('.bound .item').click();
  await view.page.getByRole('heading', { name: '柱上烟感' }).waitFor({ timeout: 10_000 });
  const link = view.page.getByRole('button', { name: '柱 1-3 · 柱' });
  await link.waitFor({ timeout: 10_000 });
  await view.settled();
  await view.screenshot('model-bound-element');
  await link.click();
  await view.page.getByRole('heading', { name: '柱 1-3' }).waitFor({ timeout: 10_000 });
  await view.settled();
  assert.ok((await hook('drawn')).includes(id('column102')));
});

test('a_storey_alone_hides_the_others', async () => {
  await view.page.locator('canvas').focus();
  await view.page.keyboard.press('i');
  await untilDrawn(id('wall2S'), false);
  await view.settled();
  const drawn = (await hook('drawn')).filter((one) => one.startsWith('house/'));
  const { storey } = elements.find((element) => element.id === id('column102')).bim;
  assert.ok(drawn.includes(id('wall1S')) && drawn.includes(id('column102')), `${drawn}`);
  assert.deepEqual(drawn.filter((one) => elements.find((element) => element.id === one)?.bim.storey !== storey), []);
  await view.screenshot('model-storey');
  await view.page.keyboard.press('i');
  await untilDrawn(id('roof'), true);
  await view.page.keyboard.press('Escape');
});

test('what_is_cut_away_cannot_be_picked', async () => {
  const [east, north, up] = middle('roof');
  await lookAt([east, north, up], 30, 0, -50);
  assert.equal((await pickedAt([east, north, up])).hit.id, id('roof'));
  await view.page.keyboard.press('x');
  await view.page.locator('.tool-card').getByRole('button', { name: '水平' }).click();
  await until(view.page, 'the roof is cut away', async ([e, n, u, roof]) => {
    const spot = window.__twin.projectPoint(e, n, u);
    return (await window.__twin.pick(spot.x, spot.y)).id !== roof;
  }, [east, north, up, id('roof')]);
  await view.settled();
  await view.screenshot('model-section');
  const { hit } = await pickedAt([east, north, up]);
  assert.ok(hit.position.up_m < up - 3, JSON.stringify(hit));
  await view.page.locator('.tool-card').getByRole('button', { name: '不再剖切' }).click();
  await view.page.locator('canvas').focus();
  await view.page.keyboard.press('x');
  await until(view.page, 'the roof is back', async ([e, n, u, roof]) => {
    const spot = window.__twin.projectPoint(e, n, u);
    return (await window.__twin.pick(spot.x, spot.y)).id === roof;
  }, [east, north, up, id('roof')]);
});

test('spaces_come_when_they_are_asked_for', async () => {
  assert.deepEqual(asked.filter((url) => url.includes('/spaces/')), []);
  assert.ok(!(await hook('objects')).includes(id('space2')));
  await view.page.getByRole('region', { name: '社区服务中心' }).getByRole('button', { name: '显示空间' }).click();
  await untilDrawn(id('space2'), true);
  await view.settled();
  const { spot, hit } = await pickedAt(middle('space2'));
  assert.deepEqual([hit.type, hit.id], ['element', id('space2')]);
  await view.page.mouse.click(spot.x, spot.y);
  await view.page.getByRole('heading', { name: '201' }).waitFor({ timeout: 10_000 });
  await view.settled();
  await view.screenshot('model-space');
});

test('an_element_is_found_again_by_its_address_and_on_a_phone', async () => {
  const phone = await open(`${address}/#s=element/${id('column102')}`, { width: 390, height: 780, touch: true });
  try {
    await phone.page.getByRole('heading', { name: '柱 1-3' }).waitFor({ timeout: 30_000 });
    await phone.settled();
    await phone.screenshot('model-phone');
    assert.deepEqual([phone.foreign, phone.problems], [[], []]);
  } finally {
    await phone.close();
  }
});

test('nothing_goes_wrong', () => {
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
