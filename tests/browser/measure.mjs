// Measuring, cutting, drawing, walking and pictures in a community with a building model.
// In: the server's address, with the model that `house.mjs` adds. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
/** The roof of `house.mjs`: as long and as wide as it is drawn there. */
const ROOF_M = [21, 10];
let view;
let roof;
let catalog;

const hook = (name, ...given) => view.page.evaluate(([method, rest]) => window.__twin[method](...rest), [name, given]);
const part = (key) => view.page.evaluate((one) => new URLSearchParams(location.hash.slice(1)).get(one), key);
const card = () => view.page.locator('.tool-card');

/** Corners of the upper face of the roof, from its box and its sides: south-west, south-east, north-east, north-west. */
function corners({ min, max }) {
  const [a, b] = ROOF_M;
  const [width, height] = [max.east_m - min.east_m, max.north_m - min.north_m];
  // width = a cos + b sin, height = a sin + b cos.
  const sine = (a * height - b * width) / (a * a - b * b);
  const cosine = (a * width - b * height) / (a * a - b * b);
  return [[min.east_m + b * sine, min.north_m], [max.east_m, min.north_m + a * sine], [min.east_m + a * cosine, max.north_m], [min.east_m, min.north_m + b * cosine]].map((p) => [...p, max.up_m]);
}

/** Stands some metres from a point, looking at it along a heading; keeps the rest of the address. */
async function lookAt([east, north, up], away_m, heading_deg, pitch_deg) {
  const [h, p] = [heading_deg, pitch_deg].map((deg) => (deg * Math.PI) / 180);
  const eye = [east - Math.sin(h) * Math.cos(p) * away_m, north - Math.cos(h) * Math.cos(p) * away_m, up - Math.sin(p) * away_m];
  await view.page.evaluate(([next]) => {
    const rest = location.hash.slice(1).split('&').filter((one) => one !== '' && !one.startsWith('v='));
    location.hash = [`v=${next}`, ...rest].join('&');
  }, [`${eye.map((one) => one.toFixed(2)).join()},${heading_deg},${pitch_deg}`]);
  await until(view.page, 'the camera has moved', ([e, n]) => {
    const pose = window.__twin.pose();
    return pose && Math.hypot(pose.east_m - e, pose.north_m - n) < 0.1;
  }, eye);
  await view.settled();
}

const spotOf = async (point) => {
  const spot = await hook('projectPoint', ...point);
  assert.ok(spot, `${point} is out of view`);
  return spot;
};

/** Presses some pixels beside where a point appears. */
async function press(point, [right, down] = [0, 0]) {
  const spot = await spotOf(point);
  await view.page.mouse.click(spot.x + right, spot.y + down);
  // Two presses in quick succession would be one double press.
  await view.page.waitForTimeout(400);
}

async function key(name) {
  await view.page.locator('canvas').focus();
  await view.page.keyboard.press(name);
}

const distance = (a, b) => Math.hypot(...a.map((one, i) => one - b[i]));
const measurements = async () => ((await part('m')) ?? '').split('/').filter(Boolean).map((one) => one.split(':')[1].split(';').map((p) => p.split(',').map(Number)));

before(async () => {
  const { objects } = await (await fetch(`${address}/api/v1/objects?class=element`)).json();
  roof = objects.find(({ id }) => id === `house/${'roof'.padStart(22, '0')}`).bounds;
  ({ catalog } = await (await fetch(`${address}/api/v1/catalog`)).json());
  view = await open(address, { width: 1200, height: 700 });
  await view.settled();
  // Cards lie where the list was, and what is measured beside them.
  await view.page.locator('.tabs .tool').click();
  await lookAt(corners(roof)[0].map((one, i) => (one + corners(roof)[1][i]) / 2), 34, -13, -32);
});

after(() => view?.close());

test('a_known_edge_is_measured_to_two_centimetres_by_snapping', async () => {
  const [a, b] = corners(roof);
  await key('m');
  await card().getByRole('button', { name: '距离' }).waitFor({ timeout: 15_000 });
  await view.settled();
  await press(a, [4, -3]);
  await press(b, [-4, -3]);
  await view.screenshot('measure-going');
  await key('Enter');
  const points = await until(view.page, 'the measurement is in the address', () => new URLSearchParams(location.hash.slice(1)).get('m'), null).then(measurements);
  assert.equal(points.length, 1);
  assert.ok(Math.abs(distance(...points[0]) - ROOF_M[0]) < 0.02, `${distance(...points[0])} m instead of ${ROOF_M[0]} m`);
  assert.ok(distance(points[0][0], a) < 0.02 && distance(points[0][1], b) < 0.02, JSON.stringify(points));
  assert.match(await card().locator('.list-of strong').innerText(), /^(20\.99|21\.0[01])\u202fm$/);
  await view.screenshot('measure-distance');
});

test('backspace_takes_a_point_back_and_escape_gives_up_before_it_closes', async () => {
  const [a, b] = corners(roof);
  await press(a);
  await press(b);
  await card().getByText('完成').waitFor({ timeout: 5000 });
  await key('Backspace');
  await until(view.page, 'one point is left', () => !document.querySelector('.tool-card .button'));
  await key('Escape');
  await card().getByText('逐点点击').waitFor({ timeout: 5000 });
  assert.equal(await card().count(), 1);
});

test('a_section_cuts_the_roof_away_and_corners_of_the_cut_are_measured', async () => {
  const [a, b] = corners(roof);
  const level = roof.min.up_m - 1;
  await key('x');
  await card().getByRole('button', { name: '水平' }).click();
  await until(view.page, 'the cut is in the address', () => new URLSearchParams(location.hash.slice(1)).get('x')?.startsWith('level,'));
  await view.page.evaluate((up) => {
    const params = location.hash.replace(/x=[^&]*/, `x=level,${up.toFixed(2)}`);
    location.hash = params;
  }, level);
  await view.settled();
  const middle = [0, 1, 2].map((i) => (a[i] + corners(roof)[2][i]) / 2);
  const spot = await spotOf(middle);
  const hit = await hook('pick', spot.x, spot.y);
  assert.ok(hit.position.up_m <= level + 0.01, `picked at ${JSON.stringify(hit)} above the cut at ${level}`);
  await view.screenshot('section-level');
  await key('m');
  // The roof is gone: where its corner was, nothing of it is caught.
  await press(a, [4, -3]);
  await press(b, [-4, -3]);
  await key('Enter');
  await until(view.page, 'two measurements', () => (new URLSearchParams(location.hash.slice(1)).get('m') ?? '').split('/').length === 2);
  const [, second] = await measurements();
  for (const p of second) assert.ok(p[2] <= level + 0.011, `${p} is above the cut at ${level}`);
  await view.page.getByRole('button', { name: '不再剖切' }).click();
  await until(view.page, 'nothing is cut', () => !location.hash.includes('x='));
});

test('a_drawn_area_is_exported_with_true_longitudes_and_says_what_is_inside', async () => {
  await key('d');
  await card().getByRole('button', { name: '区域' }).waitFor({ timeout: 15_000 });
  await lookAt(corners(roof)[0], 60, -13, -60);
  for (const corner of corners(roof)) await press(corner);
  await key('Enter');
  await until(view.page, 'the area is in the address', () => new URLSearchParams(location.hash.slice(1)).get('d')?.startsWith('p:'));
  await view.screenshot('draw-area');
  const saved = view.page.waitForEvent('download');
  await card().getByRole('button', { name: '导出 GeoJSON' }).click();
  const download = await saved;
  assert.match(download.suggestedFilename(), /^[\w-]+-\d{4}-\d\d-\d\d-\d{4}\.geojson$/);
  const { features } = JSON.parse(await readFile(await download.path(), 'utf8'));
  const [ring] = features[0].geometry.coordinates;
  assert.deepEqual(ring[0], ring.at(-1));
  // Near the origin, a metre east or north is this many degrees (WGS 84 radii of curvature).
  const { longitude_deg, latitude_deg } = catalog.community.origin;
  const latitude = (latitude_deg * Math.PI) / 180;
  const [a2, e2] = [6378137, 0.00669437999014];
  const w = 1 - e2 * Math.sin(latitude) ** 2;
  const [perEast, perNorth] = [180 / Math.PI / ((a2 / Math.sqrt(w)) * Math.cos(latitude)), 180 / Math.PI / ((a2 * (1 - e2)) / w ** 1.5)];
  for (const [i, corner] of corners(roof).entries()) {
    const [lon, lat, height] = ring[i];
    const off_m = [(lon - longitude_deg) / perEast - corner[0], (lat - latitude_deg) / perNorth - corner[1], height - corner[2]];
    assert.ok(Math.hypot(...off_m) < 0.05, `corner ${i} is off by ${off_m}`);
  }
  await card().getByRole('button', { name: '里面有什么' }).click();
  await card().getByText(/设备 \d+ 台|里面没有设备/).waitFor({ timeout: 10_000 });
  await view.screenshot('draw-inside');
});

test('a_file_that_is_no_geojson_changes_nothing_and_says_so', async () => {
  const before_ = await part('d');
  await card().getByRole('button', { name: '粘贴导入' }).click();
  await card().getByRole('textbox').fill('{"type":"Point","coordinates":[0,0]}');
  await card().getByRole('button', { name: '导入', exact: true }).click();
  await card().getByText('50 公里以上').waitFor({ timeout: 5000 });
  assert.equal(await part('d'), before_);
});

test('who_walks_is_stopped_by_a_wall', async () => {
  const [a, b] = corners(roof);
  const along = [b[0] - a[0], b[1] - a[1]].map((one) => one / ROOF_M[0]);
  const across = [along[1], -along[0]];
  // On the ground south of the middle of the long wall, between two columns, looking at it.
  const foot = [(a[0] + b[0]) / 2 + across[0] * 6 + along[0] * 1.9, (a[1] + b[1]) / 2 + across[1] * 6 + along[1] * 1.9, roof.min.up_m - 7];
  const heading = (Math.atan2(-across[0], -across[1]) * 180) / Math.PI;
  await lookAt(foot, 20, Number(heading.toFixed(1)), -60);
  const before_ = await hook('pose');
  await key('w');
  await until(view.page, 'the eyes are at the height of a person', ([ground]) => window.__twin.pose().up_m - ground < 2.6, [roof.min.up_m - 7], 30_000);
  await view.settled();
  await view.screenshot('walk');
  await view.page.keyboard.down('w');
  await view.page.waitForTimeout(15_000);
  await view.page.keyboard.up('w');
  await view.settled();
  const pose = await hook('pose');
  const away = (pose.east_m - (a[0] + b[0]) / 2) * across[0] + (pose.north_m - (a[1] + b[1]) / 2) * across[1];
  await view.screenshot('walk-wall');
  // The wall stands within the roof's eaves, which reach out 0.6 m.
  assert.ok(away > -1 && away < 5.5, `stands ${away} m before the eaves`);
  await key('Escape');
  await until(view.page, 'the view is back', ([up]) => Math.abs(window.__twin.pose().up_m - up) < 0.5, [before_.up_m], 30_000);
});

test('a_picture_has_the_pixels_of_its_size', async () => {
  await key('p');
  await card().getByRole('button', { name: 'A4 横向 300 dpi' }).click();
  await card().getByRole('button', { name: '生成预览' }).click();
  await card().locator('.preview img').waitFor({ timeout: 120_000 });
  const size = await card().locator('.preview img').evaluate(async (img) => {
    await img.decode();
    return [img.naturalWidth, img.naturalHeight];
  });
  assert.deepEqual(size, [3508, 2480]);
  const saved = view.page.waitForEvent('download');
  await card().getByRole('button', { name: '保存 PNG' }).click();
  assert.match((await saved).suggestedFilename(), /^[\w-]+-\d{4}-\d\d-\d\d-\d{4}\.png$/);
  await view.screenshot('picture');
  if (process.env.TWIN_KEEP) await (await saved).saveAs(process.env.TWIN_KEEP);
});

test('nothing_goes_wrong', () => {
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
