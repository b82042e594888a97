// Looking back: devices as their readings of then say, a clear sign of it, and the present again.
// In: the server's address. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
const MINUTE = 60_000;
let view;
let then_ms;

const colour = (id) => view.page.evaluate((device) => window.__twin.deviceColour(device), id);
const reading = (device, stream, ms, value) => ({ device, stream, time: new Date(ms).toISOString(), value });

before(async () => {
  then_ms = Math.floor(Date.now() / MINUTE) * MINUTE - 90 * MINUTE;
  const readings = [
    reading('lamp-001', 'lamp_fault', then_ms - 10_000, 1),
    reading('lamp-002', 'lamp_fault', then_ms - 10 * MINUTE, 0),
    reading('lamp-003', 'lamp_fault', then_ms - 40 * MINUTE, 0),
    ...['lamp-001', 'lamp-002', 'lamp-003'].map((id) => reading(id, 'lamp_fault', Date.now() - 1000, 0)),
  ];
  const post = await fetch(`${address}/api/v1/readings`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ readings }) });
  assert.ok(post.ok, await post.text());
  view = await open(`${address}/#t=${new Date(then_ms).toISOString().slice(0, 16)}Z/hours`);
  await view.settled();
});

after(() => view?.close());

test('devices_are_as_their_readings_of_then_say_and_the_silent_ones_offline', async () => {
  await until(view.page, 'the past', () => document.documentElement.hasAttribute('data-past'), null, 60_000);
  const [faulty, quiet, silent] = await Promise.all(['lamp-001', 'lamp-002', 'lamp-003'].map(colour));
  assert.equal(faulty, '#b85600');
  assert.equal(quiet, '#00724f');
  assert.equal(silent, '#f3f1ec');
});

test('the_page_says_that_it_shows_another_time', async () => {
  await view.page.keyboard.press('t');
  await view.page.getByText('不是现在的').waitFor();
  assert.match(await view.page.locator('button.line-state').textContent(), /回到实时/);
  await view.screenshot('time-past');
});

test('a_step_moves_the_moment_and_the_address', async () => {
  await view.page.getByRole('button', { name: '后退一步' }).click();
  const before = new Date(then_ms - MINUTE).toISOString().slice(0, 16);
  await until(view.page, 'the address', (text) => location.hash.includes(text), before.replaceAll(':', ':'));
  await until(view.page, 'the lamp was whole a minute before', () => window.__twin.deviceColour('lamp-001') === '#f3f1ec', null, 30_000);
});

test('playing_goes_on_by_itself', async () => {
  const now = await view.page.evaluate(() => location.hash);
  await view.page.getByRole('button', { name: '播放', exact: true }).click();
  await until(view.page, 'time passes', (text) => location.hash !== text, now, 30_000);
  await view.page.getByRole('button', { name: '暂停' }).click();
});

test('the_present_is_one_press_away', async () => {
  await view.page.locator('button.line-state').click();
  await until(view.page, 'the present', () => !document.documentElement.hasAttribute('data-past') && !location.hash.includes('t='));
  assert.equal(await colour('lamp-001'), '#00724f');
  assert.deepEqual([view.foreign, view.problems], [[], []]);
});
