// What residents say in their own voice: recorded with a finger, a tap or the keyboard, heard again, recorded anew, sent
// with a report without a word being typed, heard by the desk and by nobody else; what is said without a network is sent
// later; what is refused goes to the server once; without a microphone a file is taken, and never in the place of what is
// being said; the large form keeps to its numbers; axe finds nothing serious.
// In: the address of a server without users. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, open, until } from './page.mjs';
import { serverAt, signIn, signInAtHome } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const { people, keysOf, json } = serverAt(address);
const PHONE = { width: 390, height: 844, touch: true };
let keys;
let view;
let page;
let other;
let desk;
let number;

const shown = (text, of = page) => of.getByText(text).first().waitFor();
const nothingSerious = async (where, of = page) => assert.deepEqual(await findings(of), [], where);
const speak = (of = page) => of.locator('.r-speak');
const told = (path, of = page) => of.evaluate(async (at) => (await fetch(`/api/v1/${at}`)).json(), path);

/** To the last step of a report. */
async function tell(of = page, kind = '公共照明') {
  await of.goto(`${address}/resident#new/problem`);
  await of.getByRole('button', { name: kind }).click();
  await of.getByLabel('写地址').fill('3 号楼东门');
  await of.getByRole('button', { name: '下一步' }).click();
  await speak(of).waitFor();
}

/** Holds the button, as a finger does, and lets go of it. */
async function hold(ms) {
  const { x, y, width, height } = await speak().boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.locator('.r-speak[data-step=recording]').waitFor();
  await page.waitForTimeout(ms);
}

/** Plays what a player holds; gives how long it is and how far it came. */
const played = (player) =>
  player.evaluate(async (audio) => {
    audio.muted = true;
    await audio.play();
    await new Promise((far) => audio.addEventListener('timeupdate', () => audio.currentTime > 0.2 && far()));
    audio.pause();
    return { duration_s: audio.duration, at_s: audio.currentTime };
  });

before(async () => {
  keys = await keysOf(await people([['li', 'resident'], ['zhang', 'resident'], ['wang', 'community']]), ['community']);
  view = await open(`${address}/resident#sign-in`, { ...PHONE, microphone: true });
  page = view.page;
  await signInAtHome(page, 'li');
  await shown('您还没有报告');
});

after(() => Promise.all([view?.close(), other?.close(), desk?.close()]));

test('a_voice_is_recorded_by_holding_heard_and_recorded_anew_with_a_tap', async () => {
  await tell();
  await nothingSerious('before');
  await view.screenshot('voice-idle');
  await hold(2500);
  await shown('松开结束');
  await nothingSerious('recording');
  await view.screenshot('voice-recording');
  await page.mouse.up();
  await shown(/录好了，\d+ 秒/);
  assert.ok((await played(page.locator('.r-voice audio'))).at_s > 0.2);
  await nothingSerious('recorded');
  await view.screenshot('voice-recorded');
  // It listens at once; a tap ends it.
  await page.getByRole('button', { name: '重录' }).click();
  await page.locator('.r-speak[data-step=recording]').waitFor();
  await shown('点一下结束');
  await page.waitForTimeout(1500);
  await speak().click();
  await shown(/语音，\d+ 秒/);
  await page.getByRole('button', { name: '删除' }).click();
  await page.locator('.r-speak:focus').waitFor();
  await page.locator('[role=status]', { hasText: '语音已删除' }).waitFor({ state: 'attached' });
});

test('a_slip_of_the_finger_is_told', async () => {
  // Within the page: on a busy machine two presses from here are no slip.
  await speak().evaluate((button) => new Promise((pressed) => {
    new MutationObserver((_, observer) => {
      if (button.dataset.step !== 'recording') return;
      observer.disconnect();
      button.click();
      pressed();
    }).observe(button, { attributes: true });
    button.click();
  }));
  await shown('太短了');
});

test('a_report_is_sent_with_the_keyboard_and_a_voice_alone', async () => {
  await speak().focus();
  await page.keyboard.press('Enter');
  await page.locator('.r-speak[data-step=recording]').waitFor();
  await page.waitForTimeout(2000);
  await page.keyboard.press('Enter');
  await shown(/录好了/);
  await page.getByRole('button', { name: '发送' }).click();
  await shown('社区会在');
  await page.getByRole('button', { name: '我的报告' }).click();
  await page.getByRole('link', { name: /语音说明/ }).click();
  await page.locator('.r-spoken audio').waitFor();
  number = Number(new URL(page.url()).hash.split('/')[1]);
  const { trail, report } = await told(`reports/${number}`);
  assert.match(report.text, /^（语音说明，\d+ 秒）$/);
  assert.equal(trail[0].voice.format, 'audio/webm');
  // The length stands in the file, though browsers write none while they record.
  const { duration_s, at_s } = await played(page.locator('.r-spoken audio'));
  assert.ok(Math.abs(duration_s * 1000 - trail[0].voice.duration_ms) < 100 && at_s > 0.2, `${duration_s} s`);
  await nothingSerious('report');
  await view.screenshot('voice-report');
});

test('a_word_to_those_who_work_on_it_can_be_spoken', async () => {
  await page.getByRole('button', { name: '留言' }).click();
  await speak().waitFor();
  await hold(1200);
  await page.mouse.up();
  await shown(/语音，\d+ 秒/);
  await nothingSerious('word');
  await view.screenshot('voice-word');
  await page.getByRole('button', { name: '提交' }).click();
  await page.locator('.r-trail .r-spoken audio').waitFor();
});

test('another_resident_reads_the_report_and_does_not_hear_it', async () => {
  await json('POST', `reports/${number}/deeds`, { deed: 'accept' }, keys.community);
  const { trail } = await told(`reports/${number}`);
  other = await open(`${address}/resident#sign-in`, PHONE);
  await signInAtHome(other.page, 'zhang');
  await shown('您还没有报告', other.page);
  await other.page.goto(`${address}/resident#report/${number}`);
  await shown('语音说明', other.page);
  assert.equal(await other.page.locator('audio').count(), 0);
  const status = (id) => other.page.evaluate(async (of) => (await fetch(`/api/v1/voices/${of}`)).status, id);
  assert.equal(await status(trail[0].voice.id), 404);
  assert.ok((await told(`reports/${number}`, other.page)).trail.every(({ voice }) => voice === undefined));
});

test('the_desk_hears_it', async () => {
  desk = await open(address, { width: 1440, height: 900 });
  await desk.settled();
  await signIn(desk.page, 'wang');
  await desk.page.keyboard.press('r');
  await desk.page.locator(`#row-report-${number}`).click();
  const player = desk.page.locator('.report audio').first();
  await player.waitFor();
  assert.ok((await played(player)).duration_s > 1);
  assert.equal(await desk.page.locator('.report audio').count(), 2, 'the report and the word');
  await nothingSerious('desk', desk.page);
  await desk.screenshot('voice-desk');
});

test('what_is_sent_never_goes_without_what_was_just_said', async () => {
  const sent = [];
  const voices = '**/api/v1/voices';
  await page.route(voices, async (route) => {
    sent.push(route.request().method());
    // A slow network.
    await new Promise((later) => setTimeout(later, 1500));
    await route.continue();
  });
  await tell();
  await page.locator('textarea').fill('听录音');
  await hold(1200);
  assert.ok(await page.getByRole('button', { name: '发送' }).isDisabled(), 'while it records');
  await page.mouse.up();
  await shown(/录好了/);
  // A take that is recorded anew asks nothing of the server.
  await page.getByRole('button', { name: '重录' }).click();
  await page.locator('.r-speak[data-step=recording]').waitFor();
  await page.waitForTimeout(1200);
  await speak().click();
  await shown(/语音，\d+ 秒/);
  assert.deepEqual(sent, []);
  await page.getByRole('button', { name: '发送' }).click();
  await shown('社区会在');
  await page.unroute(voices);
  assert.deepEqual(sent, ['POST']);
  const { reports } = await told('reports?mine=true');
  const { trail } = await told(`reports/${Math.max(...reports.map(({ id }) => id))}`);
  assert.ok(trail[0].voice.duration_ms > 700, 'the report has its voice');
});

/** Sends what stands in the form while the server refuses it, with these words. */
async function refused(of, detail, send = '发送') {
  const body = JSON.stringify({ title: 'no', status: 422, code: 'no', detail });
  await page.route(of, (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body }));
  await page.getByRole('button', { name: send }).click();
  await shown(detail);
  await page.unroute(of);
  assert.equal(await page.locator('.r-voice audio').count(), 1, detail);
}

test('a_recording_that_is_refused_stays_and_is_sent_once_when_it_is_taken', async () => {
  const voices = [];
  const watch = (request) => request.url().endsWith('/api/v1/voices') && voices.push(request.method());
  await page.goto(`${address}/resident#mine`);
  await tell();
  await hold(1200);
  await page.mouse.up();
  await shown(/录好了/);
  await refused('**/api/v1/voices', '录音现在不行');
  page.on('request', watch);
  await refused('**/api/v1/reports', '报告现在不行');
  await page.getByRole('button', { name: '发送' }).click();
  await shown('社区会在');
  page.off('request', watch);
  assert.deepEqual(voices, ['POST'], 'the server had it by then');
});

test('a_word_that_is_refused_again_and_again_sends_its_voice_once', async () => {
  const voices = [];
  const watch = (request) => request.url().endsWith('/api/v1/voices') && voices.push(request.method());
  await page.goto(`${address}/resident#report/${number}`);
  await page.locator('.r-trail .r-spoken audio').waitFor();
  const before = await page.locator('.r-spoken audio').count();
  await page.getByRole('button', { name: '留言' }).click();
  await speak().waitFor();
  await hold(1200);
  await page.mouse.up();
  await page.locator('.r-voice audio').waitFor();
  page.on('request', watch);
  await refused('**/api/v1/reports/*/messages', '留言现在不行', '提交');
  await refused('**/api/v1/reports/*/messages', '留言还是不行', '提交');
  await page.getByRole('button', { name: '提交' }).click();
  await page.locator('.r-voice').waitFor({ state: 'detached' });
  page.off('request', watch);
  assert.equal(await page.locator('.r-spoken audio').count(), before + 1);
  assert.deepEqual(voices, ['POST']);
});

test('a_file_and_a_recording_never_take_each_others_place', async () => {
  const choice = page.getByRole('button', { name: '选择录音文件' });
  const file = page.locator('.r-voice input[type=file]');
  const wav = { name: 'note.wav', mimeType: 'audio/wav', buffer: tone(3) };
  await page.goto(`${address}/resident#mine`);
  await tell();
  await speak().click();
  await page.locator('.r-speak[data-step=recording]').waitFor();
  assert.ok(await choice.isDisabled(), 'no file while it records');
  await nothingSerious('no file');
  // What was chosen in a page of files that was open before.
  await file.setInputFiles(wav);
  await shown('一次只能有一段语音');
  await page.waitForTimeout(1000);
  await speak().click();
  await shown(/录好了/);
  await page.getByRole('button', { name: '删除' }).click();
  await page.locator('.r-speak:focus').waitFor();
  let open;
  const slow = new Promise((done) => (open = done));
  const voices = '**/api/v1/voices';
  await page.route(voices, async (route) => {
    await slow;
    await route.continue();
  });
  await file.setInputFiles(wav);
  await shown('正在上传');
  assert.ok((await speak().isDisabled()) && (await choice.isDisabled()), 'no recording while a file is on its way');
  await nothingSerious('no recording');
  await view.screenshot('voice-uploading');
  // Keys and fingers find it, and begin nothing.
  await page.keyboard.press('Enter');
  await speak().click({ force: true });
  await page.waitForTimeout(700);
  assert.equal(await page.locator('.r-speak:focus').getAttribute('data-step'), 'idle');
  open();
  await page.locator('.r-voice-length', { hasText: '语音，3 秒' }).waitFor();
  await page.locator('.r-voice .r-button:focus').waitFor();
  await page.unroute(voices);
  await page.getByRole('button', { name: '删除' }).click();
});

test('what_is_said_without_a_network_is_sent_when_it_is_back', async () => {
  await page.goto(`${address}/resident#`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByRole('button', { name: '报问题' }).waitFor();
  // What the page fetches in its own time.
  await page.waitForTimeout(8000);
  await page.context().setOffline(true);
  await page.reload();
  await tell(page, '道路与铺装');
  await hold(1500);
  await page.mouse.up();
  await shown(/语音，\d+ 秒/);
  await view.screenshot('voice-offline');
  await page.getByRole('button', { name: '发送' }).click();
  await shown('已保存在手机里');
  await page.goto(`${address}/resident#mine`);
  await shown('1 份报告等待发送');
  await page.context().setOffline(false);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await until(page, 'nothing waits', () => document.querySelector('.r-waiting') === null);
  const { reports } = await told('reports?mine=true');
  assert.equal(reports.length, 4);
  const { trail } = await told(`reports/${Math.max(...reports.map(({ id }) => id))}`);
  assert.ok(trail[0].voice.duration_ms > 1000);
});

test('without_a_microphone_it_says_why_and_takes_a_file', async () => {
  const { page: of } = other;
  await tell(of);
  await speak(of).click();
  await of.getByText(/没有得到麦克风的许可|没有找到麦克风/).waitFor();
  await nothingSerious('refused', of);
  await other.screenshot('voice-refused');
  const file = of.locator('.r-voice input[type=file]');
  await file.setInputFiles({ name: 'note.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('ID3 and no sound') });
  await of.locator('.r-voice .r-failed', { hasText: '这段录音用不了' }).waitFor();
  await file.setInputFiles({ name: 'note.wav', mimeType: 'audio/wav', buffer: tone(3) });
  await shown('语音，3 秒', of);
  await of.getByRole('button', { name: '发送' }).click();
  await shown('社区会在', of);
});

test('the_large_form_keeps_to_its_numbers', async () => {
  await page.goto(`${address}/resident#me`);
  await page.getByRole('button', { name: '长辈版' }).click();
  await tell();
  const small = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('.r-voice :is(button, p, span, small, legend)')]
        .filter((one) => one.checkVisibility() && one.textContent.trim() !== '' && !one.matches('.visually-hidden'))
        .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 18 || (one.matches('button') && one.getBoundingClientRect().height < 60))
        .map((one) => `${one.className} ${one.textContent}`),
    );
  assert.deepEqual(await small(), []);
  await hold(1500);
  assert.deepEqual(await small(), []);
  await view.screenshot('voice-large-recording');
  await page.mouse.up();
  await shown(/语音，\d+ 秒/);
  assert.deepEqual(await small(), []);
  await nothingSerious('large');
  await view.screenshot('voice-large-recorded');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // Another's voice is not there; no sound is refused; without a network requests fail.
  const expected = /status of (404|422)|ERR_INTERNET_DISCONNECTED|favicon/;
  for (const { foreign, problems } of [view, other, desk]) assert.deepEqual([foreign, problems.filter((text) => !expected.test(text))], [[], []]);
});

/** Seconds of a tone as a recorder's file. */
function tone(seconds) {
  const [rate, size] = [8000, seconds * 16000];
  const file = Buffer.alloc(44 + size);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + size, 4);
  file.write('WAVEfmt ', 8);
  [[16, 4], [1, 2], [1, 2], [rate, 4], [rate * 2, 4], [2, 2], [16, 2]].reduce((at, [value, bytes]) => file.writeUIntLE(value, at, bytes), 16);
  file.write('data', 36);
  file.writeUInt32LE(size, 40);
  for (let at = 0; at < seconds * rate; at += 1) file.writeInt16LE(Math.round(8000 * Math.sin((at * 440 * 2 * Math.PI) / rate)), 44 + at * 2);
  return file;
}
