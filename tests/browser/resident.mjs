// A resident on a phone: a broken lamp is reported with a photograph and a spot in the scene, repaired, checked and
// rated; what is written without a network is sent when it is back; large type keeps to its numbers; axe finds nothing
// serious. Who works on the report does so by the interface.
// In: the address of a server without users, with a survey. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';
import { serverAt, signInAtHome } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { people, keysOf, send } = serverAt(address);
let keys;
let view;
let page;
let number;

const deed = (role, body) => send('POST', `reports/${number}/deeds`, body, keys[role]);
/** What the server tells the resident. */
const told = (path) => page.evaluate(async (at) => (await fetch(`/api/v1/${at}`)).json(), path);

/** A picture of its own, drawn by the browser. */
const photograph = () =>
  page.evaluate(async () => {
    const canvas = new OffscreenCanvas(800, 600);
    const brush = canvas.getContext('2d');
    brush.fillStyle = '#345';
    brush.fillRect(0, 0, 800, 600);
    brush.fillStyle = '#dc9';
    brush.fillRect(380, 80, 40, 520);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
    return [...bytes];
  });
const shown = (text) => page.getByText(text).first().waitFor();
const nothingSerious = async (where) => assert.deepEqual(await findings(page), [], where);

before(async () => {
  keys = await keysOf(await people([['li', 'resident']]), ['community', 'property', 'grid_worker']);
  view = await open(`${address}/resident`, { width: 390, height: 780, touch: true });
  page = view.page;
});

after(() => view?.close());

test('a_visitor_sees_what_can_be_done_and_signs_in', async () => {
  await shown('登录后可以报告问题');
  await nothingSerious('home');
  await page.getByRole('link', { name: '登录' }).click();
  await signInAtHome(page, 'li', 'wrong');
  await shown('用户名或密码不对');
  await signInAtHome(page, 'li');
  await shown('您还没有报告');
});

test('a_broken_lamp_is_reported_with_a_spot_and_a_photograph', async () => {
  await page.getByRole('button', { name: '报问题' }).click();
  await nothingSerious('what');
  await page.getByRole('button', { name: '公共照明' }).click();
  await page.getByRole('button', { name: '在三维实景里点选' }).click();
  const here = page.getByRole('button', { name: '就是这里' });
  await here.waitFor();
  await until(page, 'the place stands', () => document.querySelector('.r-spot-foot .r-button:last-child')?.disabled === false, null, 120_000);
  await view.screenshot('resident-spot');
  await here.click();
  await shown('位置已选好');
  await page.getByLabel('写地址').fill('3 号楼东门');
  await nothingSerious('where');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByLabel('说明').fill('东门的路灯三天不亮了');
  // The network is slow: what is sent meanwhile goes with the photograph all the same.
  let pass;
  const slow = new Promise((go) => (pass = go));
  await page.route('**/api/v1/photos', async (route) => route.continue(await slow), { times: 1 });
  await page.locator('.r-photos input[type=file]').setInputFiles({ name: 'lamp.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(await photograph()) });
  await page.locator('.r-photos img').waitFor();
  await nothingSerious('tell');
  await view.screenshot('resident-tell');
  await page.getByRole('button', { name: '发送' }).click();
  await page.getByRole('button', { name: '正在发送' }).waitFor();
  pass();
  await shown('社区会在 8 小时内受理');
  await page.getByRole('button', { name: '我的报告' }).click();
  await page.getByRole('link', { name: /公共照明/ }).click();
  await shown('提交报告');
  number = Number(new URL(page.url()).hash.split('/')[1]);
  const { report, own } = await told(`reports/${number}`);
  assert.deepEqual([own, report.state, report.kind, report.place.address, report.photos.length], [true, 'submitted', 'lighting', '3 号楼东门', 1]);
  assert.ok(Number.isFinite(report.place.position.east_m), 'the spot of the scene is kept');
});

test('the_scene_of_the_first_page_opens_and_a_spot_in_it_begins_a_report', async () => {
  await page.goto(`${address}/resident#`);
  const picture = page.locator('.r-place');
  await until(page, 'the place stands', () => document.querySelector('.r-place')?.dataset.ready === 'true', null, 120_000);
  // What one has reported stands in it; the picture itself takes no finger that scrolls.
  await page.locator('.r-pin').waitFor({ state: 'attached' });
  assert.equal(await picture.locator('canvas').evaluate((canvas) => getComputedStyle(canvas).pointerEvents), 'none');
  await nothingSerious('picture');
  await view.screenshot('resident-home');
  await picture.getByRole('link', { name: '看看社区' }).click();
  await shown('点一下楼栋或地面');
  await page.getByRole('link', { name: /公共照明: 东门的路灯/ }).waitFor();
  // Beside the pin, which stands upon its spot.
  const pin = await until(page, 'the camera rests', () => {
    const { left, bottom, width } = document.querySelector('.r-pin').getBoundingClientRect();
    const now = { x: left + width / 2 + 24, y: bottom + 10 };
    const same = window.seen?.x === now.x && window.seen?.y === now.y && Date.now() - window.seen.since > 1000;
    if (window.seen?.x !== now.x || window.seen?.y !== now.y) window.seen = { ...now, since: Date.now() };
    return same && now;
  });
  await page.touchscreen.tap(pin.x, pin.y);
  await page.locator('.r-place-mark').waitFor({ state: 'attached' });
  await nothingSerious('place');
  await view.screenshot('resident-place');
  await page.locator('.r-place-foot').getByRole('button', { name: '报问题' }).click();
  await page.getByRole('button', { name: '公共照明' }).click();
  await shown('位置已选好');
  await page.goBack();
  await page.locator('.r-place canvas:focus').waitFor();
  await page.keyboard.press('Escape');
  await picture.getByRole('link', { name: '看看社区' }).waitFor();
});

test('the_resident_sees_the_answer_and_closes_the_case_with_a_rating', async () => {
  await deed('community', { deed: 'accept' });
  await deed('community', { deed: 'dispatch', body: 'property' });
  await deed('property', { deed: 'start' });
  await deed('property', { deed: 'answer', text: '已更换灯具，请您晚上看一看' });
  await deed('grid_worker', { deed: 'pass' });
  await page.goto(`${address}/resident#report/${number}`);
  await shown('已更换灯具');
  await nothingSerious('report');
  await view.screenshot('resident-report');
  await page.getByRole('button', { name: '办好了，评价' }).click();
  await page.getByRole('radio', { name: '非常满意' }).check({ force: true });
  await page.getByRole('button', { name: '提交' }).click();
  await shown('已结案');
  const { report } = await told(`reports/${number}`);
  assert.deepEqual([report.state, report.rating.stars], ['closed', 5]);
});

test('what_is_written_without_a_network_is_sent_when_it_is_back', async () => {
  await page.goto(`${address}/resident#`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByRole('button', { name: '提建议' }).waitFor();
  // What the page fetches in its own time.
  await page.waitForTimeout(8000);
  await page.context().setOffline(true);
  await shown('现在没有网络');
  await page.getByRole('button', { name: '提建议' }).click();
  await page.getByRole('button', { name: '绿化与公共活动场地' }).click();
  await page.getByLabel('写地址').fill('小广场');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByLabel('说明').fill('希望加两张长椅');
  await page.locator('.r-photos input[type=file]').setInputFiles({ name: 'square.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(await photograph()) });
  await page.locator('.r-photos img').waitFor();
  await page.getByRole('button', { name: '发送' }).click();
  await shown('已保存在手机里');
  await page.getByRole('button', { name: '我的报告' }).click();
  await page.reload();
  await shown('1 份报告等待发送');
  await page.context().setOffline(false);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await until(page, 'nothing waits', () => document.querySelector('.r-waiting') === null);
  const { reports } = await told('reports?mine=true');
  assert.deepEqual([reports.length, reports[0].line, reports[0].text, reports[0].photos.length], [2, 'suggestion', '希望加两张长椅', 1]);
});

test('large_type_keeps_to_its_numbers', async () => {
  await page.goto(`${address}/resident#me`);
  await page.getByRole('button', { name: '长辈版' }).click();
  for (const place of ['', 'new/problem', `report/${number}`, 'me']) {
    await page.goto(`${address}/resident#${place}`);
    await page.locator('h1').waitFor();
    await page.locator(place === '' ? '.r-rows' : place.startsWith('new') ? '.r-kinds' : place === 'me' ? '.r-settings' : '.r-trail').first().waitFor();
    const small = await page.evaluate(() => {
      const seen = [...document.querySelectorAll('button, a, b, p, small, span, h1, h2, label')].filter((one) => one.checkVisibility() && one.textContent.trim() !== '');
      const of = (one, what) => `${one.tagName}.${one.className} ${what} “${one.textContent.trim().slice(0, 12)}”`;
      return seen.flatMap((one) => {
        const { fontSize, lineHeight } = getComputedStyle(one);
        const type_px = parseFloat(fontSize);
        const wrong = [];
        if (type_px < 18) wrong.push(of(one, fontSize));
        if (parseFloat(lineHeight) < type_px * 1.3 - 0.1) wrong.push(of(one, `${lineHeight} of ${fontSize}`));
        if (one.matches('button, .r-bar a, .r-rows a') && one.getBoundingClientRect().height < 60) wrong.push(of(one, `${one.getBoundingClientRect().height} high`));
        return wrong;
      });
    });
    assert.deepEqual(small, [], place);
    await nothingSerious(`large ${place}`);
    await view.screenshot(`resident-large-${place.replace('/', '-') || 'home'}`);
  }
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // A wrong password is answered with 401; without a network requests fail.
  const expected = /status of 401|ERR_INTERNET_DISCONNECTED|favicon/;
  assert.deepEqual([view.foreign, view.problems.filter((text) => !expected.test(text))], [[], []]);
});
