// Everything that opens in the planner and on the wall: axe finds nothing serious in light or dark, nothing
// hangs over the window's edge, and no word is cut off, in Chinese or English, on a desk, a tablet or a phone.
// In: the server's address, with devices, models and a planned state. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
const DISPLAY = 'looks-wall';
const TOOLS = 'lmxdcbtuwopr';
let view;
let page;
let middle;
let device;
let buildings;
let planned;

const get = async (path) => (await fetch(`${address}/api/v1/${path}`)).json();
const send = async (method, path, body) => {
  const answer = await fetch(`${address}/api/v1/${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`);
};
const key = async (name) => {
  await page.locator('canvas').focus();
  await page.keyboard.press(name);
};
/** Adds to the address, as a link that someone follows; done once the page has read it: a key that overtakes it would be undone by it. */
const follow = (text) => page.evaluate((more) => new Promise((done) => {
  const keys = more.split('&').map((one) => one.split('=')[0]);
  const rest = location.hash.slice(1).split('&').filter((one) => one !== '' && !keys.includes(one.split('=')[0]));
  const before = location.hash;
  location.hash = [...rest, more].join('&');
  if (location.hash === before) done();
  else addEventListener('hashchange', () => setTimeout(done), { once: true });
}), text);

/** What hangs over the edge of the window or of what holds it, and words that are cut off. */
const cut = () => page.evaluate(() => {
  const of = (element) => `${element.tagName.toLowerCase()}.${element.className} “${element.textContent.trim().slice(0, 24)}”`;
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const papers = [...document.querySelectorAll('.bar, .raised, .list, .sheet, .rail, dialog, .stage, .w-top, .w-side, .w-over > *, .w-edit')].filter(seen);
  const over = papers.filter((element) => {
    // What stands over the scene may leave it with its place.
    if (element.matches('.label, .side-name, .tag')) return false;
    const box = element.getBoundingClientRect();
    return box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
  });
  const words = [...document.querySelectorAll('button, summary, h1, h2, h3, legend, label, output, .choice, .note, .line-state, .w-note, .figure, figcaption')].filter(seen);
  const short = words.filter((element) => element.clientWidth > 0 && !element.matches('.visually-hidden') && (element.scrollWidth > element.clientWidth + 1 || (element.matches('button') && element.scrollHeight > element.clientHeight + 3)));
  return [...over.map((element) => `over the edge: ${of(element)}`), ...short.map((element) => `cut off: ${of(element)}`)];
});

const wrong = [];
/** Both themes, or only what the window cuts off. `known` has been looked at before. */
async function examine(where, { themes = ['light', 'dark'], known = '' } = {}) {
  // Pictures of the scene would only take time: what is examined lies over it.
  await page.evaluate(() => window.__twin.stop());
  for (const scheme of themes) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await until(page, `the paper is ${scheme}`, (wanted) => document.documentElement.dataset.theme === wanted, scheme);
    // The rest does not depend on colours.
    for (const found of await findings(page, { known, rules: scheme === 'dark' ? ['color-contrast'] : [] })) wrong.push(`${where}, ${scheme}: ${found}`);
  }
  for (const found of await cut()) wrong.push(`${where}: ${found}`);
  await page.evaluate(() => window.__twin.start());
  if (process.env.TWIN_PICTURES) await view.screenshot(`looks-${where.replaceAll(' ', '-')}`);
}
const BARE = { themes: [] };
const LISTS = { known: '.list' };
function nothingWrong() {
  const found = wrong.splice(0);
  assert.equal(found.length, 0, `\n${found.join('\n')}`);
}

const size = async (width, height) => {
  await page.setViewportSize({ width, height });
  await page.waitForFunction(([w, h]) => innerWidth === w && innerHeight === h, [width, height]);
};

/** What is in the card of each tool once it is used, as a link has it. */
const used = () => {
  const [east, north, up] = middle;
  const ring = [[0, 0], [20, 0], [20, 14]].map(([e, n]) => [east + e, north + n, up].join()).join(';');
  const lit = new Date().toISOString().slice(0, 10);
  const past = new Date(Date.now() - 3_600_000).toISOString().slice(0, 16);
  return {
    m: `m=d:${east},${north},${up};${east + 10},${north},${up}/a:${ring}:院子`,
    x: `x=level,${(up + 6).toFixed(1)}`,
    d: `d=p:${ring}:活动场地`,
    c: 'c=building/property:storeys/quantile5/',
    t: `t=${past}Z/hours`,
    u: `u=${lit}/600`,
    o: 'o=building/distance/up',
  };
};

before(async () => {
  const { catalog } = await get('catalog');
  const { min, max } = catalog.community.bounds;
  middle = [(min.east_m + max.east_m) / 2, (min.north_m + max.north_m) / 2, min.up_m + 2].map((one) => Number(one.toFixed(2)));
  planned = catalog.scenes.some(({ content, state }) => content === 'model' && state === 'proposed');
  buildings = (await get('objects?class=building')).objects.filter(({ bim }) => !bim);
  const { devices } = await get('devices');
  device = devices.find(({ kind }) => kind === 'smoke_detector');
  await send('POST', 'readings', { readings: [{ device: device.id, stream: 'smoke_db_m', value: 0.5 }] });
  const pose = { east_m: device.position.east_m, north_m: device.position.north_m - 60, up_m: device.position.up_m + 40, heading_deg: 0, pitch_deg: -35 };
  const { east_m, north_m } = device.position;
  await fetch(`${address}/api/v1/displays/${DISPLAY}`, { method: 'DELETE' });
  await send('PUT', `displays/${DISPLAY}`, {
    name: { zh: '街道指挥中心', en: 'Command centre' },
    tour: [{ title: { zh: '全貌', en: 'Overview' }, pose, travel_s: 0, dwell_s: 3600, panels: ['figures', 'devices', 'trends', 'alarms'] }],
    trends: [{ title: { zh: '烟雾浓度', en: 'Smoke' }, hours: 6, series: [{ device: device.id, stream: 'smoke_db_m' }] }],
    videos: [],
    plans: [{
      id: 'fire', name: { zh: '住宅火灾', en: 'Fire in a home' }, level: 'emergency', pose, area: [[east_m - 30, north_m - 20], [east_m + 30, north_m - 20], [east_m, north_m + 30]],
      kinds: ['smoke_detector'], devices: [device.id], contacts: [{ name: '王建国', role: { zh: '社区书记', en: 'Secretary' }, phone: '13800001201' }],
      steps: [{ zh: '拨打 119，通知物业打开消防通道', en: 'Call 119; have the fire lane opened' }, { zh: '疏散同单元住户', en: 'Lead out the residents of the entrance' }], panels: [],
    }],
  });
  view = await open(address, { width: 1440, height: 900, firstVisit: true, quality: 'saving' });
  page = view.page;
  await view.settled();
});

after(async () => {
  await fetch(`${address}/api/v1/displays/${DISPLAY}`, { method: 'DELETE' });
  await view?.close();
});

test('the_first_visit_the_help_settings_and_signing_in_shut_nobody_out', async () => {
  await page.getByRole('region', { name: '认识这个社区' }).waitFor({ timeout: 15_000 });
  await examine('first visit');
  await page.getByRole('button', { name: '跳过' }).click();
  await key('?');
  await page.locator('dialog[open]').getByText('撤销视图操作').waitFor();
  await examine('help', LISTS);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '设置', exact: true }).click();
  await page.locator('.settings').waitFor();
  await examine('settings', LISTS);
  await page.locator('.settings').getByRole('button', { name: '关闭' }).click();
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.locator('dialog.account').waitFor();
  await examine('sign-in', LISTS);
  await page.keyboard.press('Escape');
  nothingWrong();
});

test('lists_the_search_and_sheets_shut_nobody_out', async () => {
  for (const tab of ['设备', '告警', '楼栋', '模型']) {
    const press = page.getByRole('tab', { name: tab });
    if ((await press.count()) === 0) continue;
    await press.click();
    await examine(`list ${tab}`);
  }
  await page.getByRole('tab', { name: '设备' }).click();
  await page.locator('#search').fill(buildings[0].name.zh.slice(0, 2));
  await page.locator('.results li').first().waitFor();
  await examine('search');
  await page.locator('#search').fill('没有这样的东西');
  await page.getByText('没有找到').first().waitFor({ timeout: 30_000 });
  await examine('search without an answer');
  await page.locator('#search').fill('');
  const element = planned ? (await get('objects?class=element')).objects[0].id : null;
  const chosen = { alarm: `device/${device.id}`, building: buildings[0].id, ground: `ground/${middle}`, gone: 'device/of-long-ago', ...(element ? { element: `element/${element}` } : {}) };
  for (const [what, id] of Object.entries(chosen)) {
    await follow(`s=${id}`);
    await until(page, `the sheet of ${what}`, (one) => document.querySelector('.sheet .scroll')?.textContent.length > 0 && decodeURIComponent(location.hash).includes(one), id, 30_000);
    await until(page, 'nothing is being looked up', () => !document.querySelector('.sheet')?.textContent.includes('正在查询'));
    await examine(`sheet of ${what}`);
  }
  await key('Escape');
  nothingWrong();
});

test('the_card_of_every_tool_shuts_nobody_out_before_and_after_it_is_used', async () => {
  const links = used();
  for (const name of TOOLS) {
    await key(name);
    await page.locator('.tool-card').waitFor({ timeout: 15_000 });
    await view.settled();
    await examine(`tool ${name}`, LISTS);
    if (links[name]) {
      await follow(links[name]);
      await view.settled();
      await examine(`tool ${name} in use`, LISTS);
      // What it did ends with its part of the address.
      await follow(`${name}=`);
    }
    if ((await page.locator('.tool-card').count()) > 0) await key('Escape');
    await until(page, 'the card is closed', () => document.querySelector('.tool-card') === null);
  }
  nothingWrong();
});

test('in_english_no_word_of_any_card_is_cut_off', async () => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.getByRole('button', { name: '切换语言：English' }).click();
  // The address follows a moment later, and a link that still says Chinese would switch back.
  await until(page, 'the address says English', () => /[#&]l=en(&|$)/.test(location.hash));
  const links = used();
  for (const name of TOOLS) {
    await key(name);
    await page.locator('.tool-card').waitFor();
    if (links[name]) await follow(links[name]);
    await view.settled();
    await examine(`English ${name}`, BARE);
    if (links[name]) await follow(`${name}=`);
    if ((await page.locator('.tool-card').count()) > 0) await key('Escape');
    await until(page, 'the card is closed', () => document.querySelector('.tool-card') === null);
  }
  await page.getByRole('button', { name: 'Switch language: 中文' }).click();
  nothingWrong();
});

test('a_tablet_and_a_phone_hold_everything_too', async () => {
  const links = used();
  for (const [what, width, height] of [['tablet', 820, 1180], ['phone', 390, 780]]) {
    await size(width, height);
    await view.settled();
    await examine(what, BARE);
    await page.getByRole('button', { name: '工具', exact: true }).click();
    await page.locator('.tool-menu').waitFor();
    await examine(`${what} menu`, BARE);
    await page.keyboard.press('Escape');
    for (const name of TOOLS) {
      await key(name);
      await page.locator('.tool-card').waitFor();
      if (links[name]) await follow(links[name]);
      await view.settled();
      await examine(`${what} ${name}`, BARE);
      if (links[name]) await follow(`${name}=`);
      if ((await page.locator('.tool-card').count()) > 0) await key('Escape');
      await until(page, 'the card is closed', () => document.querySelector('.tool-card') === null);
    }
    await follow(`s=device/${device.id}`);
    await page.locator('.sheet').waitFor();
    await examine(`${what} sheet`, BARE);
    await key('Escape');
  }
  nothingWrong();
});

test('the_wall_its_form_and_an_emergency_shut_nobody_out', async () => {
  await size(1920, 1080);
  await page.goto(`${address}/wall?display=${DISPLAY}`);
  await until(page, 'the display is shown', (id) => window.__wall?.display() === id, DISPLAY, 60_000);
  await view.settled();
  await page.mouse.move(900, 500);
  await page.mouse.move(920, 520);
  await page.locator('.w-controls').waitFor();
  await examine('wall');
  await page.keyboard.press('e');
  await page.locator('dialog.w-switch').waitFor();
  await page.locator('dialog.w-switch [data-plan=fire]').click();
  await examine('wall switch');
  await page.keyboard.press('Escape');
  await send('PUT', `displays/${DISPLAY}/state`, { mode: 'emergency', plan: 'fire' });
  await until(page, 'the emergency is on', () => window.__wall.emergency() === 'fire');
  await view.settled();
  await examine('wall emergency');
  await send('PUT', `displays/${DISPLAY}/state`, { mode: 'ordinary' });
  await until(page, 'it is over', () => window.__wall.emergency() === null);
  // What one presses comes with the pointer, and goes when it rests.
  const settings = page.getByRole('button', { name: '大屏设置' });
  for (let at = 0; !(await settings.isVisible()); at += 1) {
    assert.ok(at < 100, 'the pointer does not bring the controls');
    await page.mouse.move(900 + (at % 2) * 20, 500);
    await page.waitForTimeout(100);
  }
  await settings.click();
  await page.locator('.w-edit form').waitFor();
  await examine('wall form');
  nothingWrong();
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // Something that is gone is answered with 404.
  assert.deepEqual([view.foreign, view.problems.filter((text) => !/status of 404/.test(text))], [[], []]);
});
