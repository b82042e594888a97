// The command centre's wall: figures, tour, alarms, emergency, video, and how it recovers by itself.
// In: the server's address; devices of the sample. The wall is reached through a proxy of this test, so that
// the server can go away and come back.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
const DISPLAY = 'test-wall';
let view;
let page;
let proxy;
let camera;

const call = async (method, path, body, headers = {}) => {
  const response = await fetch(`${address}/api/v1/${path}`, { method, headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers }, body: body ? JSON.stringify(body) : undefined });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
};
const devices = async () => {
  const { body } = await call('GET', 'devices');
  return Array.isArray(body) ? body : body.devices;
};
const openAlarms = async () => (await call('GET', 'alarms?state=open,acknowledged&limit=1000')).body.alarms;
const report = (device, stream, value) => call('POST', 'readings', { readings: [{ device, stream, value }] });

/** Hands everything on to the server, until it is closed. */
class Proxy {
  #server = null;
  #sockets = new Set();
  port = 0;

  async listen() {
    const target = new URL(address);
    this.#server = http.createServer((request, response) => {
      const onward = http.request({ host: target.hostname, port: target.port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
  }

  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** A camera that gives one picture after another, until it is closed. */
class Camera {
  #server = null;
  #open = new Set();
  port = 0;

  async listen(picture) {
    this.#server = http.createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=part', 'cache-control': 'no-store' });
      this.#open.add(response);
      const timer = setInterval(() => {
        response.write(`--part\r\ncontent-type: image/jpeg\r\ncontent-length: ${picture.length}\r\n\r\n`);
        response.write(picture);
        response.write('\r\n');
      }, 300);
      response.on('close', () => {
        clearInterval(timer);
        this.#open.delete(response);
      });
    });
    await new Promise((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
  }

  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const response of this.#open) response.destroy();
    this.#server.closeAllConnections();
    await closed;
  }
}

const phase = () => page.evaluate(() => window.__wall.phase());
const words = (selector) => page.locator(selector).innerText();
/** Until what the wall did by itself has come to an end. */
const calm = () => until(page, 'the tour goes on', () => ['travel', 'dwell'].includes(window.__wall.phase().at), null, 60_000);

before(async () => {
  proxy = new Proxy();
  await proxy.listen();
  await call('DELETE', `displays/${DISPLAY}`);
  view = await open(`http://127.0.0.1:${proxy.port}/wall?theme=dark&lang=zh`, { width: 1280, height: 720 });
  page = view.page;
  await view.settled();
});

after(async () => {
  await call('DELETE', `displays/${DISPLAY}`);
  await view?.close();
  await camera?.close().catch(() => undefined);
  await proxy?.close();
});

test('key_figures_are_those_of_the_interface', async () => {
  const all = await devices();
  const alarms = await openAlarms();
  const online = all.filter(({ status }) => status !== 'offline').length;
  await until(page, 'devices online', (n) => document.querySelector('[data-figure=online] b')?.textContent === n, online.toLocaleString('zh-CN'));
  for (const level of ['emergency', 'alarm', 'warning', 'notice']) {
    const expected = alarms.filter((alarm) => alarm.level === level).length;
    assert.equal(await words(`[data-level=${level}] b`), String(expected), level);
  }
  const kind = all[0].kind;
  const of = all.filter((device) => device.kind === kind);
  await page.locator('.w-kinds').waitFor();
  const row = page.locator(`[data-kind=${kind}] .figure`);
  if (await row.count()) assert.match((await row.innerText()).replace(/\s+/g, ' '), new RegExp(`${of.filter(({ status }) => status !== 'offline').length} / ${of.length}`));
});

test('without_a_stored_display_the_tour_is_made_of_the_community', async (t) => {
  if ((await call('GET', 'displays')).body.displays.length > 0) return t.skip('there are stored displays');
  const stop = await page.evaluate(() => window.__wall.stop());
  assert.ok(stop.of >= 3, `${stop.of} stops`);
  const panels = await page.evaluate(() => window.__wall.panels());
  for (const name of ['figures', 'devices', 'trends', 'alarms']) assert.ok(panels.includes(name), name);
});

test('nothing_on_the_wall_scrolls_or_is_cut_off_by_its_edge', async () => {
  const over = await page.evaluate(() => [...document.querySelectorAll('.wall, .w-top, .w-side, .w-slot, .w-panel')].filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1).map((e) => `${e.className} ${e.scrollWidth}>${e.clientWidth} ${e.scrollHeight}>${e.clientHeight}`));
  assert.deepEqual(over, []);
  const share = await page.evaluate(() => innerHeight / parseFloat(getComputedStyle(document.querySelector('[data-figure=online] b')).fontSize));
  assert.ok(share <= 45, `key figures are 1/${share.toFixed(0)} of the height`);
});

test('a_new_alarm_is_flown_to_named_listed_and_acknowledged', async () => {
  const known = new Set((await openAlarms()).map(({ device }) => device));
  const detector = (await devices()).find(({ kind, id }) => kind === 'smoke_detector' && !known.has(id));
  await calm();
  await report(detector.id, 'smoke_db_m', 0.5);
  await until(page, 'the alarm is visited', () => window.__wall.phase().at === 'visit', null, 20_000);
  const { alarm } = await phase();
  await until(page, 'the alarm is named', () => document.querySelector('.w-alarm-card')?.textContent.includes('烟雾'));
  const row = page.locator(`.w-alarms [data-alarm="${alarm}"]`);
  await row.waitFor();
  await until(page, 'the camera is there', ({ e, n }) => {
    const p = window.__twin.pose();
    return p && Math.hypot(p.east_m - e, p.north_m - n) < 80 && window.__twin.project;
  }, { e: detector.position.east_m, n: detector.position.north_m }, 30_000);
  assert.ok(await page.evaluate((id) => window.__twin.project(id) !== null, detector.id), 'the device is in the picture');
  await row.getByRole('button', { name: '确认' }).click();
  await until(page, 'the row says so', (id) => document.querySelector(`.w-alarms [data-alarm="${id}"]`)?.dataset.state === 'acknowledged', alarm);
  assert.equal((await call('GET', `alarms/${alarm}`)).body.state ?? (await call('GET', `alarms/${alarm}`)).body.alarm?.state, 'acknowledged');
});

test('input_pauses_the_tour_and_it_resumes_where_it_was', async () => {
  await page.keyboard.press(' ');
  if ((await phase()).at !== 'paused') await page.keyboard.press(' ');
  assert.equal((await phase()).at, 'paused');
  await page.locator('.w-controls').waitFor();
  const { index } = await page.evaluate(() => window.__wall.stop());
  await page.keyboard.press(' ');
  const now = await phase();
  assert.ok(now.at === 'travel' || now.at === 'dwell', now.at);
  assert.equal(now.stop, index);
  await page.mouse.move(640, 360);
  await page.mouse.wheel(0, 10);
  await until(page, 'the wheel pauses it', () => window.__wall.phase().at === 'paused');
  await page.keyboard.press(' ');
});

test('the_heat_of_alarms_is_shown_with_what_it_counts', async () => {
  const before = await page.evaluate(() => window.__wall.heat().shown);
  await page.keyboard.press('h');
  assert.equal(await page.evaluate(() => window.__wall.heat().shown), !before);
  if (before) await page.keyboard.press('h');
  await until(page, 'the legend', () => document.querySelector('.w-heat')?.textContent.includes('告警分布'));
  assert.ok((await page.evaluate(() => window.__wall.heat().alarms)) >= 1);
  await page.keyboard.press('h');
});

test('an_emergency_comes_to_the_wall_at_once_with_its_plan_and_goes_again', async () => {
  camera = new Camera();
  await camera.listen(await page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, width: 160, height: 90 } }));
  const all = await devices();
  const [detector] = all.filter(({ kind }) => kind === 'smoke_detector');
  const { east_m, north_m, up_m } = detector.position;
  const pose = { east_m, north_m: north_m - 60, up_m: up_m + 40, heading_deg: 0, pitch_deg: -35 };
  const content = {
    name: { zh: '测试屏', en: 'Test wall' },
    tour: [{ title: { zh: '第一站', en: 'First' }, pose, travel_s: 0, dwell_s: 600, panels: ['figures', 'alarms', 'video'] }],
    trends: [],
    videos: [{ device: null, title: { zh: '大门', en: 'Gate' }, kind: 'mjpeg', url: `http://127.0.0.1:${camera.port}/gate` }],
    plans: [
      {
        id: 'fire', name: { zh: '住宅火灾', en: 'Fire' }, level: 'emergency', pose, area: [[east_m - 30, north_m - 20], [east_m + 30, north_m - 20], [east_m, north_m + 30]],
        kinds: ['smoke_detector'], devices: [detector.id], contacts: [{ name: '王建国', role: { zh: '社区书记', en: 'Secretary' }, phone: '13800001201' }],
        steps: [{ zh: '拨打 119', en: 'Call 119' }], panels: [],
      },
    ],
  };
  // A wall that is open would begin anew for a new host; that has a case of its own.
  await page.goto(`http://127.0.0.1:${proxy.port}/api/v1/catalog`);
  const put = await call('PUT', `displays/${DISPLAY}`, content);
  assert.ok(put.status === 200 || put.status === 201, JSON.stringify(put.body));
  await page.goto(`http://127.0.0.1:${proxy.port}/wall?theme=dark&lang=zh&display=${DISPLAY}`);
  await until(page, 'the display is shown', (id) => window.__wall?.display() === id, DISPLAY, 30_000);
  await call('PUT', `displays/${DISPLAY}/state`, { mode: 'emergency', plan: 'fire' });
  await until(page, 'the emergency is on', () => window.__wall.emergency() === 'fire', null, 5000);
  await page.locator('.w-frame').waitFor();
  assert.match(await words('.w-mode'), /战时.*住宅火灾/s);
  const plan = await words('[data-panel=plan]');
  for (const part of ['拨打 119', '社区书记']) assert.ok(plan.includes(part), `${part} in ${plan}`);
  assert.ok((await page.locator(`.w-devices [data-device="${detector.id}"]`).count()) === 1);
  await call('PUT', `displays/${DISPLAY}/state`, { mode: 'ordinary' });
  await until(page, 'it is over', () => window.__wall.emergency() === null && !document.querySelector('.w-frame'), null, 5000);
});

test('an_operator_switches_with_confirmation', async () => {
  await page.keyboard.press('e');
  const dialog = page.locator('dialog.w-switch');
  await dialog.waitFor();
  assert.equal(await dialog.getByRole('button', { name: /^确认启动/ }).count(), 0, 'nothing is chosen yet');
  await dialog.locator('[data-plan=fire]').click();
  await dialog.getByRole('button', { name: /^确认启动/ }).click();
  await until(page, 'the emergency is on', () => window.__wall.emergency() === 'fire');
  assert.equal((await call('GET', `displays/${DISPLAY}`)).body.state.mode, 'emergency');
  // The wall may hear of it before the answer comes that closes the dialog.
  await dialog.waitFor({ state: 'hidden' });
  await page.keyboard.press('e');
  await dialog.getByRole('button', { name: /^确认结束/ }).click();
  await until(page, 'it is over', () => window.__wall.emergency() === null);
  await dialog.waitFor({ state: 'hidden' });
});

test('a_stream_that_breaks_says_so_and_comes_back', async () => {
  const state = (wanted) => until(page, `the video is ${wanted}`, (w) => document.querySelector('.w-video')?.dataset.state === w, wanted, 40_000);
  await state('live');
  const picture = await page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, width: 160, height: 90 } });
  await camera.close();
  await state('dead');
  assert.match(await words('.w-video figcaption'), /画面中断，自 \d\d:\d\d/);
  await camera.listen(picture);
  await state('live');
});

test('lost_graphics_are_said_and_come_back', async () => {
  await page.evaluate(() => (window.lost = window.__wall.lose()));
  await until(page, 'it is said', () => document.querySelector('.w-troubles')?.textContent.includes('显卡'));
  await page.evaluate(() => window.lost.restore());
  await until(page, 'it is back', () => window.__wall.graphics() === 'ok' && !document.querySelector('.w-troubles'));
  await until(page, 'the place is drawn again', () => window.__twin.background() < 0.9, null, 30_000);
});

test('a_lost_server_is_said_where_it_matters_and_found_again', async () => {
  const figure = await words('[data-figure=online] b');
  await proxy.close();
  await until(page, 'the line is broken', () => window.__wall.line() === 'reconnecting', null, 30_000);
  assert.match(await words('.w-top .line-state'), /数据停在 \d\d:\d\d/);
  assert.ok((await page.locator('.w-panel .w-stale').count()) >= 1, 'panels say it');
  assert.equal(await words('[data-figure=online] b'), figure, 'what was known is kept');
  await proxy.listen();
  await until(page, 'the line is back', () => window.__wall.line() === 'live', null, 60_000);
  assert.equal(await page.locator('.w-panel .w-stale').count(), 0);
});

test('another_version_of_the_viewer_is_loaded_by_itself', async () => {
  await page.evaluate(() => (window.mark = true));
  await page.route('**/wall?*', async (route) => {
    if (route.request().resourceType() !== 'fetch') return route.continue();
    const answer = await route.fetch();
    return route.fulfill({ response: answer, body: (await answer.text()).replace(/assets\/wall-[\w-]+\.js/, 'assets/wall-another.js') });
  });
  await proxy.close();
  await until(page, 'the line is broken', () => window.__wall.line() === 'reconnecting', null, 30_000);
  await proxy.listen();
  await until(page, 'the page begins anew', () => window.mark === undefined && window.__wall !== undefined, null, 60_000);
  await page.unroute('**/wall?*');
});

test('the_form_stands_still_and_stores_a_wall_that_is_edited', async () => {
  await page.goto(`http://127.0.0.1:${proxy.port}/wall?edit&lang=zh&display=${DISPLAY}`);
  await page.evaluate(() => (window.mark = true));
  const form = page.locator('.w-edit form');
  await form.waitFor({ timeout: 30_000 });
  // A page that took itself for an older version would begin anew within seconds.
  await page.waitForTimeout(8000);
  assert.equal(await page.evaluate(() => window.mark), true, 'the page began anew');
  const name = form.locator('input').first();
  await name.fill('南门大屏');
  await form.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存').waitFor();
  assert.equal((await call('GET', `displays/${DISPLAY}`)).body.name.zh, '南门大屏');
});

test('a_wall_that_is_open_begins_anew_for_a_camera_on_a_new_host', async () => {
  const other = new Camera();
  const own = await open(`http://127.0.0.1:${proxy.port}/wall?theme=dark&lang=zh&display=${DISPLAY}`, { width: 1280, height: 720 });
  try {
    await until(own.page, 'the display is shown', (id) => window.__wall?.display() === id, DISPLAY, 30_000);
    await own.page.evaluate(() => (window.mark = true));
    await other.listen(await own.page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, width: 160, height: 90 } }));
    const { body } = await call('GET', `displays/${DISPLAY}`);
    const { name, tour, trends, plans } = body;
    const video = { device: null, title: { zh: '后门' }, kind: 'mjpeg', url: `http://127.0.0.1:${other.port}/back` };
    const put = await call('PUT', `displays/${DISPLAY}`, { name, tour, trends, plans, videos: [video] });
    assert.equal(put.status, 200, JSON.stringify(put.body));
    await until(own.page, 'the page begins anew', () => window.mark === undefined && window.__wall !== undefined, null, 60_000);
    await until(own.page, 'the picture comes', () => [...document.querySelectorAll('[data-panel=video] img')].some(({ naturalWidth }) => naturalWidth === 160), null, 60_000);
  } finally {
    await own.close();
    await other.close();
  }
});

test('nothing_is_asked_of_other_hosts_and_nothing_goes_wrong', () => {
  const cameraHost = camera ? `127.0.0.1:${camera.port}` : null;
  assert.deepEqual(view.foreign.filter((url) => new URL(url).host !== cameraHost), []);
  // What a test took away is missed in the browser's own words.
  assert.deepEqual(view.problems.filter((text) => !/Failed to load resource|CONTEXT_LOST|context lost|ERR_/i.test(text)), []);
});
