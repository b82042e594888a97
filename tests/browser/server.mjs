// The server as a case asks it by its interface, and the people who use it: made, invited, signed in.
// Used by the cases that begin with a server without users.
import assert from 'node:assert/strict';

const PASSWORD = 'three willows, two bridges';

/** `who`: the headers that say who asks. Whatever is not answered well ends the case. */
export function serverAt(address) {
  const send = async (method, path, body, who = {}) => {
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...who };
    const answer = await fetch(`${address}/api/v1/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer;
  };
  const json = async (...request) => (await send(...request)).json();
  const cookieOf = async (name) => ({ cookie: (await send('POST', 'session', { name, password: PASSWORD })).headers.getSetCookie()[0].split(';')[0] });
  return {
    send,
    json,
    cookieOf,
    /** The first user, and others by name with a role each or several. Gives what the administrator is known by. */
    people: async (others) => {
      await send('POST', 'users', { name: 'root', roles: [{ role: 'administrator' }], password: PASSWORD });
      const admin = await cookieOf('root');
      for (const [name, ...roles] of others) {
        const { user } = await json('POST', 'users', { name, roles: roles.map((role) => ({ role })) }, admin);
        const { token } = await json('POST', `users/${user.id}/invitation`, {}, admin);
        await send('POST', 'invitations/accept', { token, password: PASSWORD });
      }
      return admin;
    },
    /** A key for each role: signing in is limited to a few attempts an address. `part` tells those of two runs apart. */
    keysOf: async (admin, roles, part = 'case') => {
      const keys = {};
      for (const role of roles) keys[role] = { 'x-api-key': (await json('POST', 'keys', { name: `${role}-${part}`, role }, admin)).secret };
      return keys;
    },
  };
}

/** Signs in by the dialog of the planner's viewer or of the work on renewal. */
export async function signIn(page, name) {
  await page.getByRole('button', { name: '登录', exact: true }).first().click();
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码').fill(PASSWORD);
  await page.locator('dialog .button[type=submit]').click();
  await page.getByRole('button', { name: new RegExp(`已登录.*${name}`) }).waitFor();
}

/** Signs in at the residents' page, which is at `#sign-in`. */
export async function signInAtHome(page, name, password = PASSWORD) {
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码').fill(password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

/** A day of the community, so many from the server's today. */
export const dayIn = (now, days) => new Date(Date.parse(now) + (8 * 60 + days * 24 * 60) * 60_000).toISOString().slice(0, 10);
