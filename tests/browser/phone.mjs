// Residents with a telephone: signing in with a code at 390 px, in Chinese, in large type and in English; a number that is
// attached, shown with its middle left out and deleted; the invitation and the identity provider at the residents' page.
// In: the server's address, which posts codes to the port of the first argument, makes residents of those who sign in,
// and knows an identity provider that is away. Out: exit code; screenshots.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { findings, open } from './page.mjs';
import { serverAt } from './server.mjs';

const address = process.env.TWIN_ADDRESS;
const port = Number(process.argv[2]);
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PASSWORD = 'three willows, two bridges';
const { cookieOf, json, people } = serverAt(address);
const messages = [];
const waiting = [];
let gateway;
let admin;
let deskCookie;
let view;
let page;

/** Whether a post is signed as Standard Webhooks says. */
function isSigned(headers, body) {
  const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}

/** A gateway of text messages: takes what is signed, and hands it to whoever waits for it. */
function playGateway() {
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', (piece) => (body += piece));
    request.on('end', () => {
      const taken = isSigned(request.headers, body);
      if (taken) messages.push(JSON.parse(body));
      answer.writeHead(taken ? 202 : 401).end();
      waiting.splice(0).forEach((look) => look());
    });
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** The code that was sent to a number. */
const codeFor = async (to) => (await messageFor(to)).code;

/** What was sent to a number. */
async function messageFor(to) {
  for (;;) {
    const at = messages.findIndex((message) => message.to === to);
    if (at >= 0) return messages.splice(at, 1)[0];
    await new Promise((resolve, reject) => {
      waiting.push(resolve);
      setTimeout(() => reject(new Error(`no code came for ${to}`)), 60_000);
    });
  }
}

const shown = (text) => page.getByText(text).first().waitFor();
const nothingSerious = async (where) => assert.deepEqual(await findings(page), [], where);
const press = (name) => page.getByRole('button', { name, exact: true }).click();
const told = (path) => page.evaluate(async (at) => (await fetch(`/api/v1/${at}`)).json(), path);
/** Nothing is wider than the telephone. */
const fits = async (where) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), where);

before(async () => {
  gateway = await playGateway();
  admin = await people([['desk', 'community']]);
  const [name, value] = (await cookieOf('desk')).cookie.split('=');
  deskCookie = { name, value };
  view = await open(`${address}/resident`, { width: 390, height: 780, touch: true });
  page = view.page;
});

after(async () => {
  await view?.screenshot('phone-last');
  await view?.close();
  gateway?.closeAllConnections();
  gateway?.close();
});

test('a_resident_signs_in_with_a_code_to_their_telephone', async () => {
  await page.getByRole('link', { name: '登录' }).click();
  await page.getByLabel('手机号').waitFor();
  await nothingSerious('number');
  await fits('number');
  await view.screenshot('phone-number');
  await page.getByLabel('手机号').fill('1380000');
  await press('获取验证码');
  await shown('手机号不对');
  await page.getByLabel('手机号').fill('138 0000 5678');
  await press('获取验证码');
  await shown('验证码已经发出');
  await page.locator('input[name=code]:focus').waitFor();
  await nothingSerious('code');
  await fits('code');
  await view.screenshot('phone-code');
  const code = await codeFor('+8613800005678');
  await page.getByLabel('短信验证码').fill(String((Number(code) + 1) % 1_000_000).padStart(6, '0'));
  await press('登录');
  await shown('验证码不对或已失效');
  await page.getByRole('button', { name: /秒后可以重新获取/, disabled: true }).waitFor();
  await page.getByLabel('短信验证码').fill(code);
  await press('登录');
  await shown('您还没有报告');
  const { roles, user } = await told('session');
  assert.deepEqual([roles, user.has_phone], [[{ role: 'resident' }], true]);
});

test('whom_to_call_is_given_with_a_report_for_another_and_shown_whole_at_the_desk_alone', async () => {
  await page.getByRole('link', { name: '首页' }).click();
  await page.getByRole('button', { name: '报问题' }).click();
  await page.getByRole('button', { name: '公共照明' }).click();
  await page.getByLabel('写地址').fill('3 号楼东门');
  await press('下一步');
  await page.getByLabel('说明').fill('王大爷家门口的路灯不亮');
  await page.getByLabel('我是替别人上报的').check();
  await page.getByLabel('姓名').fill('王建国');
  await page.getByLabel('电话').fill('139 0000 1234');
  await nothingSerious('for another');
  await fits('for another');
  await view.screenshot('phone-for-another');
  await press('发送');
  await press('我的报告');
  await page.getByRole('link', { name: /公共照明/ }).click();
  await shown('联系人：王** +86 139****1234');
  const number = Number(new URL(page.url()).hash.split('/')[1]);
  // Whoever gave it sees it masked; whole it is for those who must call.
  assert.equal(await page.evaluate(async (id) => (await fetch(`/api/v1/reports/${id}/contact`)).status, number), 403);
  const desk = await open(`${address}/#s=report/${number}`, { prepare: async (fresh) => fresh.context().addCookies([{ ...deskCookie, url: address }]) });
  try {
    await desk.page.getByText('王** +86 139****1234').waitFor({ timeout: 120_000 });
    await desk.page.getByRole('button', { name: '查看号码' }).click();
    await desk.page.getByRole('link', { name: '+8613900001234' }).waitFor();
    assert.deepEqual(await findings(desk.page, { known: 'canvas' }), []);
    await desk.screenshot('phone-desk');
  } finally {
    await desk.close();
  }
  await page.goto(`${address}/resident#`);
});

test('a_resident_wants_messages_and_gets_one_when_their_report_is_taken_up', async () => {
  await page.getByRole('link', { name: '设置' }).click();
  const wants = page.getByRole('button', { name: '上报有进展时发短信给我' });
  await wants.waitFor();
  await wants.click();
  await page.getByRole('button', { name: '不再发短信给我', pressed: true }).waitFor();
  await page.getByLabel('English').check();
  await page.waitForFunction(async () => (await (await fetch('/api/v1/account/messages')).json()).language === 'en');
  await nothingSerious('messages');
  await fits('messages');
  await view.screenshot('phone-messages');
  const { reports } = await told('reports?mine=true');
  await json('POST', `reports/${reports[0].id}/deeds`, { deed: 'accept' }, { cookie: `${deskCookie.name}=${deskCookie.value}` });
  const message = await messageFor('+8613800005678');
  assert.deepEqual([message.template, message.language, message.parameters.report], ['report_accepted', 'en', String(reports[0].id)]);
  assert.equal(message.parameters.link, `${address}/resident#report/${reports[0].id}`);
  await page.goto(`${address}/resident#`);
});

test('a_resident_uses_another_number_and_deletes_it', async () => {
  await page.getByRole('link', { name: '设置' }).click();
  await shown('+86 138****5678');
  await nothingSerious('settings');
  await view.screenshot('phone-settings');
  await press('更换手机号');
  await page.getByLabel('手机号').fill('13911112222');
  await press('获取验证码');
  await page.getByLabel('短信验证码').fill(await codeFor('+8613911112222'));
  await press('确认绑定');
  await shown('手机号已绑定');
  await shown('+86 139****2222');
  await press('删除手机号');
  await shown('删除后不能再用它登录');
  await nothingSerious('delete');
  await view.screenshot('phone-delete');
  await press('删除手机号');
  await shown('手机号已删除');
  assert.deepEqual(await told('account/phone'), {});
  await press('退出登录');
  await page.getByRole('button', { name: '登录', exact: true }).waitFor();
});

test('signing_in_keeps_to_the_numbers_of_large_type', async () => {
  await press('长辈版');
  await press('登录');
  await page.getByLabel('手机号').waitFor();
  await nothingSerious('large number');
  await view.screenshot('phone-large-number');
  await page.getByLabel('手机号').fill('13800001111');
  await press('获取验证码');
  await shown('验证码已经发出');
  await nothingSerious('large code');
  await fits('large code');
  await view.screenshot('phone-large-code');
  const small = await page.evaluate(() => {
    const seen = [...document.querySelectorAll('button, a, p, small, h1, label, input')].filter((one) => one.checkVisibility());
    return seen.flatMap((one) => {
      const { fontSize, lineHeight } = getComputedStyle(one);
      const type_px = parseFloat(fontSize);
      const what = `${one.tagName} “${(one.textContent || one.name).trim().slice(0, 12)}”`;
      return [
        ...(type_px < 18 ? [`${what} ${fontSize}`] : []),
        ...(parseFloat(lineHeight) < type_px * 1.3 - 0.1 && one.tagName !== 'INPUT' ? [`${what} ${lineHeight} of ${fontSize}`] : []),
        ...(one.matches('button, a.r-button, input') && one.getBoundingClientRect().height < 60 ? [`${what} ${one.getBoundingClientRect().height} high`] : []),
      ];
    });
  });
  assert.deepEqual(small, []);
  await page.getByLabel('短信验证码').fill(await codeFor('+8613800001111'));
  await press('登录');
  // Back to where it began.
  await shown('+86 138****1111');
  await nothingSerious('large settings');
  await view.screenshot('phone-large-settings');
  await press('退出登录');
  await press('标准版');
});

test('signing_in_speaks_english', async () => {
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Mobile number').fill('12');
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await shown('This is no mobile number');
  await nothingSerious('english');
  await fits('english');
  await view.screenshot('phone-english');
  await page.getByRole('button', { name: 'Sign in with user name and password' }).click();
  await page.getByLabel('User name').waitFor();
  await view.screenshot('phone-english-password');
  await page.getByRole('button', { name: 'Sign in with a mobile number' }).click();
  await page.getByLabel('Mobile number').waitFor();
  await page.goBack();
  await page.getByRole('button', { name: '中文' }).click();
});

test('an_invitation_is_taken_at_the_residents_page', async () => {
  const { invitation } = await json('POST', 'users', { name: 'wang', roles: [{ role: 'resident' }] }, admin);
  assert.match(invitation.link, /^\/resident#invitation=/);
  await page.goto(address + invitation.link);
  await page.getByLabel('新密码').fill('short');
  assert.ok(!page.url().includes('invitation'), page.url());
  await nothingSerious('invitation');
  await view.screenshot('phone-invitation');
  await press('设置并登录');
  await shown('密码至少 10 个字符');
  await page.getByLabel('新密码').fill(PASSWORD);
  await press('设置并登录');
  // Back to where the link was opened.
  await shown('已登录：wang');
  await press('退出登录');
});

test('the_identity_provider_is_offered_and_says_at_the_residents_page_why_it_lets_nobody_in', async () => {
  await press('登录');
  await page.getByRole('link', { name: '用街道办登录' }).click();
  await shown('统一登录暂时没有响应');
  assert.ok(page.url().startsWith(`${address}/resident#`) && !page.url().includes('sign-in-failed'), page.url());
  await nothingSerious('identity provider');
  await view.screenshot('phone-provider');
});

test('nothing_is_asked_of_another_host_and_nothing_goes_wrong', () => {
  // Wrong codes, numbers and passwords are answered with 401 and 422, and who need not call with 403.
  const expected = /status of (401|403|422)|favicon/;
  assert.deepEqual([view.foreign, view.problems.filter((text) => !expected.test(text))], [[], []]);
});
