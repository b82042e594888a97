// Sunlight: shadows while the tool is open, none after; hours of sun at a tapped point.
// In: the server's address. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
let view;

/** How light the place is on the whole, 0 … 255: read straight after one drawing. */
const lightness = () =>
  view.page.evaluate(() => {
    const context = new OffscreenCanvas(256, 192).getContext('2d');
    window.__twin.frame();
    context.drawImage(document.querySelector('canvas'), 400, 120, 440, 320, 0, 0, 256, 192);
    const { data } = context.getImageData(0, 0, 256, 192);
    let sum = 0;
    for (let i = 1; i < data.length; i += 4) sum += data[i];
    return sum / (256 * 192);
  });

before(async () => {
  view = await open(address);
  await view.settled();
});

after(() => view?.close());

test('a_low_sun_darkens_and_closing_the_tool_brings_back_exactly_the_look_of_before', async () => {
  const plain = await lightness();
  const hash = await view.page.evaluate(() => location.hash);
  await view.page.evaluate((now) => (location.hash = `${now === '' ? '#' : `${now}&`}u=2026-01-20/600`), hash);
  await view.page.getByText(/^太阳方位/).waitFor();
  await view.settled();
  const morning = await lightness();
  await view.screenshot('sun-morning');
  await view.page.getByRole('slider', { name: '时刻' }).fill('0');
  await view.page.getByText('太阳在地平线以下').waitFor();
  const night = await lightness();
  // Most of the picture is sky, which no sun darkens.
  assert.ok(morning < plain - 1 && night < morning - 10, `${plain} ${morning} ${night}`);
  await view.page.locator('.tool-card').getByRole('button', { name: '关闭' }).click();
  await view.settled();
  assert.equal(await lightness(), plain);
});

test('a_tapped_roof_has_its_hours_of_sun', async () => {
  await view.page.keyboard.press('u');
  await view.page.getByRole('button', { name: '大寒' }).click();
  await view.page.mouse.click(720, 330);
  await view.page.getByText(/^当天日照 \d+ 小时|^当天照不到太阳/).waitFor({ timeout: 120_000 });
  await view.page.getByText(/^其中真太阳时 8–16 时/).waitFor();
  await view.screenshot('sun-hours');
  await until(view.page, 'the address', () => /u=\d{4}-01-(19|20|21)/.test(location.hash));
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
