// A page of the viewer in the system's Chromium, with everything that it asks, logs and throws.
// Used by the cases. Software GPU: small windows, and pixels judged by shares.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--force-color-profile=srgb', '--hide-scrollbars',
];
/** A microphone that hears a tone each second, and is allowed. */
const MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const RESULTS = fileURLToPath(new URL('results/', import.meta.url));

export async function open(address, { width = 900, height = 600, locale = 'zh-CN', touch = false, microphone = false, firstVisit = false, adaptive = false, quality = 'high', prepare = async () => {} } = {}) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...ARGUMENTS, ...(microphone ? MICROPHONE : [])] });
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: 1, locale, hasTouch: touch, isMobile: touch });
  // The introduction of a first visit would lie over what a case presses.
  if (!firstVisit) await context.addInitScript(() => localStorage.getItem('twin.settings') ?? localStorage.setItem('twin.settings', '{"introSeen":true}'));
  // On a software GPU every frame is slow: a picture would get coarser between two looks.
  if (!adaptive) await context.addInitScript((wanted) => localStorage.getItem('twin.quality') ?? localStorage.setItem('twin.quality', JSON.stringify({ quality: wanted, memory: 'auto' })), quality);
  const page = await context.newPage();
  await prepare(page);
  const foreign = [];
  const problems = [];
  const host = new URL(address).host;
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['blob:', 'data:'].includes(url.protocol) && url.host !== host) foreign.push(request.url());
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    // What is of another host is among the foreign.
    const { url } = message.location();
    if (message.type() === 'error' && (!url || new URL(url).host === host)) problems.push(`console: ${message.text()} (${url})`);
  });
  await page.goto(address);
  return {
    page,
    foreign,
    problems,
    close: () => browser.close(),
    /** Waits until the coarse place stands, the tools of a planner's bar can be taken, and nothing is left to load or draw. */
    settled: async () => {
      const stands = () => (window.__twin?.stats().tilesVisible ?? 0) > 0 && window.__twin.idle() && !document.querySelector('.bar:not(:has(.tools))');
      await page.waitForFunction(stands, null, { timeout: 180_000, polling: 250 });
    },
    screenshot: async (name) => {
      await mkdir(RESULTS, { recursive: true });
      await page.screenshot({ path: `${RESULTS}${name}.png` });
    },
  };
}

/** Polls a function of the page until it answers truthy. How long that may take says nothing of the viewer: machines are busy. */
export async function until(page, what, test, argument, timeout = 60_000) {
  try {
    return await (await page.waitForFunction(test, argument, { timeout, polling: 50 })).jsonValue();
  } catch {
    throw new Error(`${what}: not within ${timeout} ms`);
  }
}

/** How long something must stand still to count as resting: a software GPU draws once a second. */
const REST_MS = 3000;

/** Waits until what a selector finds has stopped moving, as people do before they press it. */
export const atRest = (page, selector) =>
  until(page, `${selector} rests`, ([one, rest_ms]) => {
    const { x, y } = document.querySelector(one)?.getBoundingClientRect() ?? {};
    const seen = (window.__rest ??= {});
    if (x === undefined || seen.x !== x || seen.y !== y) window.__rest = { x, y, since: performance.now() };
    return x !== undefined && performance.now() - window.__rest.since > rest_ms;
  }, [selector, REST_MS]);

let axe;

/** Serious findings of axe, each with where it is; without what is `known`, a selector, and by these rules alone if any are named. */
export async function findings(page, { known = '', rules = [] } = {}) {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Not as a script of the page: its policy refuses those.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  // What is still coming in is faint, and judged once it is there.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime)).map(({ finished }) => finished)));
  const { violations } = await page.evaluate(
    ([exclude, runOnly]) => window.axe.run(exclude === '' ? document : { exclude }, { resultTypes: ['violations'], ...(runOnly.length > 0 ? { runOnly } : {}) }),
    [known, rules],
  );
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
