// Signing in: by an invitation, by name and password, and through an identity provider (oidc-provider, certified
// by the OpenID Foundation) that knows two people, one with a role here.
// In: the server's address, which is configured for a provider on the port of the first argument.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Provider } from 'oidc-provider';
import { open, until } from './page.mjs';

const address = process.env.TWIN_ADDRESS;
const port = Number(process.argv[2]);
const PASSWORD = 'three willows, two bridges';
const GROUPS = { 'li.wei': ['planners'], stranger: ['visitors'] };
let provider;
let view;

/** Whoever signs in there is who they say they are. */
function identityProvider() {
  const { hostname, port: own } = new URL(address);
  const made = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: 'community-twin',
        client_secret: 'a secret of the browser case',
        redirect_uris: [`http://${hostname}:${own}/api/v1/session/oidc/callback`],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'groups'], email: ['email'] },
    cookies: { keys: ['of one run'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id, name: '李伟', groups: GROUPS[id] }) }),
  });
  return new Promise((resolve) => {
    const server = made.listen(port, '127.0.0.1', () => resolve(server));
  });
}

const dialog = () => view.page.locator('dialog.account');
const openAccount = async () => {
  await view.page.getByRole('button', { name: '登录', exact: true }).first().click();
  await dialog().waitFor();
};
const signOut = async () => {
  await view.page.getByRole('button', { name: /^已登录/ }).first().click();
  await dialog().getByRole('button', { name: '退出登录' }).click();
  await view.page.getByRole('button', { name: '登录', exact: true }).first().waitFor();
};

/** Goes to the provider, signs in there, agrees, and comes back. */
async function comeThroughProvider(name) {
  await openAccount();
  await dialog().getByRole('link', { name: '用街道办登录' }).click();
  await view.page.locator('input[name=login]').fill(name);
  await view.page.locator('input[name=password]').fill('whatever');
  await view.page.locator('button[type=submit]').click();
  await view.page.getByRole('button', { name: 'Continue' }).click();
  await view.page.waitForURL((url) => url.href.startsWith(address));
}

before(async () => {
  provider = await identityProvider();
  const added = await fetch(`${address}/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'root', roles: [{ role: 'administrator' }] }),
  });
  const { invitation } = await added.json();
  view = await open(address + invitation.link);
});

after(async () => {
  await view?.screenshot('account-last');
  await view?.close();
  provider?.closeAllConnections();
  provider?.close();
});

test('an_invitation_asks_for_a_password_and_signs_in', async () => {
  await dialog().getByLabel('新密码').fill('short');
  await dialog().getByRole('button', { name: '设置并登录' }).click();
  await dialog().getByText('密码至少 10 个字符').waitFor();
  await dialog().getByLabel('新密码').fill(PASSWORD);
  await dialog().getByRole('button', { name: '设置并登录' }).click();
  await view.page.getByRole('button', { name: '已登录：root' }).waitFor();
  assert.ok(!view.page.url().includes('invitation'), view.page.url());
});

test('name_and_password_sign_in_and_out', async () => {
  await signOut();
  await openAccount();
  await dialog().getByLabel('用户名').fill('root');
  await dialog().getByLabel('密码').fill('not the password');
  await dialog().getByRole('button', { name: '登录', exact: true }).click();
  await dialog().getByText('用户名或密码不对').waitFor();
  await dialog().getByLabel('密码').fill(PASSWORD);
  await view.screenshot('account-sign-in');
  await dialog().getByRole('button', { name: '登录', exact: true }).click();
  await view.page.getByRole('button', { name: '已登录：root' }).waitFor();
  await signOut();
});

test('the_identity_provider_brings_someone_in_with_the_role_of_their_group', async () => {
  await comeThroughProvider('li.wei');
  await view.page.getByRole('button', { name: '已登录：李伟' }).click();
  await dialog().getByText('社区规划师').waitFor();
  await view.screenshot('account-signed-in');
  await view.page.keyboard.press('Escape');
  await signOut();
});

test('someone_without_a_role_is_told_so_on_the_page', async () => {
  await view.page.context().clearCookies();
  await comeThroughProvider('stranger');
  await dialog().getByText('没有角色').waitFor();
  await view.screenshot('account-no-role');
  assert.ok(!view.page.url().includes('sign-in-failed'), view.page.url());
  const who = await view.page.evaluate(async () => (await (await fetch('/api/v1/session')).json()).who);
  assert.equal(who, 'visitor');
});

test('the_identity_provider_brings_someone_to_the_residents_page_too', async () => {
  await view.page.context().clearCookies();
  await view.page.goto(`${address}/resident#sign-in`);
  await view.page.getByRole('link', { name: '用街道办登录' }).click();
  await view.page.locator('input[name=login]').fill('li.wei');
  await view.page.locator('input[name=password]').fill('whatever');
  await view.page.locator('button[type=submit]').click();
  await view.page.getByRole('button', { name: 'Continue' }).click();
  await view.page.waitForURL((url) => url.pathname === '/resident');
  await view.page.getByText('您还没有报告').waitFor();
  const user = await view.page.evaluate(async () => (await (await fetch('/api/v1/session')).json()).user);
  assert.equal(user.name, 'li.wei');
});

test('nothing_went_wrong_on_the_way', async () => {
  await until(view.page, 'the page stands', () => document.readyState === 'complete');
  // The browser notes that the wrong password was answered with 401, and the short one with 422.
  const real = view.problems.filter((problem) => !/status of (401|422)/.test(problem));
  assert.deepEqual(real, []);
});
