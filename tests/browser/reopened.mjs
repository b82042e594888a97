// A repair that was none. A resident says on the phone that it is not done and opens the report again; then, with the
// server's clock past the time limit, the upper unit is told, sees it at its desk, and the resident sees that; it is
// repaired, and the resident closes it.
// In: the server's address; `reopened` or `late`. Out: exit code; screenshots. Both parts use one database.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open } from './page.mjs';
import { serverAt, signIn, signInAtHome } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { json, cookieOf, people, keysOf } = serverAt(address);
const part = process.argv[2];
let keys;
let phone;
let desk;

const deed = (role, body) => json('POST', 'reports/1/deeds', body, keys[role]);
const shown = (text, on = phone) => on.page.getByText(text).first().waitFor();
const nothingSerious = async (where, on = phone) => assert.deepEqual(await findings(on.page), [], where);

before(async () => {
  const admin = part === 'reopened' ? await people([['li', 'resident'], ['zhou', 'upper_unit']]) : await cookieOf('root');
  keys = await keysOf(admin, ['community', 'property', 'grid_worker'], part);
  phone = await open(`${address}/resident#sign-in`, { width: 390, height: 780, touch: true });
  await signInAtHome(phone.page, 'li');
  await phone.page.getByRole('button', { name: '报问题' }).waitFor();
});

after(() => Promise.all([phone?.close(), desk?.close()]));

test('a_resident_says_that_it_is_not_done_and_the_report_begins_again', { skip: part !== 'reopened' }, async () => {
  const draft = { line: 'problem', kind: 'lighting', text: '东门的路灯三天不亮了', place: { address: '3 号楼东门' }, open: false };
  await phone.page.evaluate(async (body) => {
    await fetch('/api/v1/reports', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }, draft);
  await deed('community', { deed: 'accept' });
  await deed('community', { deed: 'dispatch', body: 'property' });
  await deed('property', { deed: 'start' });
  await deed('property', { deed: 'answer', text: '已更换灯泡' });
  await phone.page.goto(`${address}/resident#report/1`);
  await shown('已更换灯泡');
  await phone.page.getByRole('button', { name: '没有办好' }).click();
  await phone.page.getByLabel('哪里没有办好？').fill('亮了一晚又灭了');
  await phone.page.getByRole('button', { name: '提交' }).click();
  await shown('亮了一晚又灭了');
  await nothingSerious('reopened');
  await phone.screenshot('reopened-phone');
  const sent = await deed('community', { deed: 'dispatch', body: 'property' });
  assert.deepEqual([sent.report.state, sent.report.reopened, sent.report.urge ?? 'none'], ['dispatched', 1, 'none']);
});

test('once_its_time_is_over_the_upper_unit_is_told_and_it_is_closed_at_last', { skip: part !== 'late' }, async () => {
  // What is not public is the upper unit's business from its escalation on.
  desk = await open(address, { width: 1440, height: 900 });
  await desk.settled();
  const { page } = desk;
  await signIn(page, 'zhou');
  await page.keyboard.press('r');
  await page.getByRole('tab', { name: /超时/ }).click();
  await page.locator('#row-report-1').click();
  await shown('已督办上级', desk);
  await nothingSerious('desk', desk);
  await desk.screenshot('reopened-desk');
  await phone.page.goto(`${address}/resident#report/1`);
  await shown('已督办');
  await phone.screenshot('reopened-late-phone');
  await deed('property', { deed: 'start' });
  await deed('property', { deed: 'answer', text: '线路接头进水，已重做防水' });
  await deed('grid_worker', { deed: 'pass' });
  await phone.page.reload();
  await shown('线路接头进水');
  await phone.page.getByRole('button', { name: '办好了，评价' }).click();
  await phone.page.getByRole('radio', { name: '非常满意' }).check({ force: true });
  await phone.page.getByRole('button', { name: '提交' }).click();
  await shown('已结案');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // What is not late any more leaves the sight of the upper unit, which may have asked for it just then.
  const expected = /favicon|status of 404 .*\/reports\/1\)/;
  for (const { foreign, problems } of [phone, desk].filter(Boolean)) assert.deepEqual([foreign, problems.filter((text) => !expected.test(text))], [[], []]);
});
