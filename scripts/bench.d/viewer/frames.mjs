// Purpose: what a frame of the viewer takes beside one of a bare scene of three with the same triangles.
// Inputs:  a JSON file {"server", "tileset", "origin", "ground_m", "frames", "modules" (of the viewer), "out"}.
// Outputs: JSON {"viewer": {…}, "three": {…}}: figures of the picture and the times of all frames, in ms.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startProxy } from './proxy.mjs';
import { SIZE, aheadOf, bundle, openPage, viewOf } from './pages.mjs';

const wanted = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// Room for all tiles: with less, the viewer would draw coarser ones.
// Textures are filtered as three does it unasked (no anisotropy): on a software GPU a sharper filter takes more time
// than all else, in both scenes alike, and would hide what the viewer adds.
const QUALITY = { quality: 'saving', memory: 4096 };
const ANISOTROPY = 1;
/** While the place loads, so that frames take no time from it. All tiles are fine enough at no height. */
const LOADING = { ...SIZE, height: 72 };
// Two million triangles come in some two and a half thousand contents, which a software GPU takes in slowly.
const PATIENCE_MS = 1_800_000;
const WARM = 2;
/** Frames in a row after which nothing was left to load. */
const STILL = 3;
/** The sky and what else is no tile. */
const OTHER_TRIANGLES = 2000;
const say = (text) => process.stderr.write(`  … ${text}\n`);

/** In the page: one frame, from its beginning until its pixels are there. */
function timed() {
  const { canvas, frame } = window.__bench;
  const gl = canvas.getContext('webgl2');
  const start = performance.now();
  frame();
  const script = performance.now();
  gl.finish();
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  return { script_ms: script - start, whole_ms: performance.now() - start };
}

/** Loads the place with few frames between: each of them takes its time from the loading. */
async function loaded(page) {
  await page.waitForFunction(() => window.__twin, null, { timeout: PATIENCE_MS, polling: 100 });
  await page.evaluate(() => window.__twin.stop());
  for (let still = 0, end = Date.now() + PATIENCE_MS; still < STILL; ) {
    if (Date.now() > end) throw new Error(`the viewer has not loaded all within ${PATIENCE_MS / 1000} s: ${JSON.stringify(await page.evaluate(() => window.__twin.stats()))}`);
    await page.waitForTimeout(200);
    const idle = await page.evaluate(() => {
      window.__twin.frame();
      return window.__twin.idle() && window.__twin.stats().tilesVisible > 0;
    });
    still = idle ? still + 1 : 0;
  }
}

say('bundling the page of three');
const pages = await bundle('bare', wanted.modules, wanted.out);
const proxy = await startProxy(wanted.server, { '/bench/bare/': pages });
const opened = [];
try {
  say('loading in the viewer');
  const ours = await openPage(`${proxy.address}/`, QUALITY);
  opened.push(ours);
  await ours.page.setViewportSize(LOADING);
  await loaded(ours.page);
  await ours.page.setViewportSize(SIZE);
  await loaded(ours.page);
  await ours.page.keyboard.press('Home');
  await loaded(ours.page);
  const pose = await ours.page.evaluate(() => window.__twin.pose());
  const shown = viewOf(pose, wanted);
  // The viewer's picture is fitted beside its panels.
  const middle = await ours.page.evaluate((ahead) => window.__twin.projectPoint(...ahead), aheadOf(shown.pose));
  const shift_px = [SIZE.width / 2 - middle.x, SIZE.height / 2 - middle.y];

  say('loading in three');
  const view = encodeURIComponent(JSON.stringify({ ...shown, shift_px, anisotropy: ANISOTROPY }));
  const bare = await openPage(`${proxy.address}/bench/bare/index.html?view=${view}`, QUALITY);
  opened.push(bare);
  await bare.times(PATIENCE_MS);

  const sides = { viewer: { view: ours, frames: [] }, three: { view: bare, frames: [] } };
  // Turn and turn about, so that what else the machine does falls on both.
  for (let frame = -WARM; frame < wanted.frames; frame++) {
    for (const side of Object.values(sides)) {
      const took = await side.view.page.evaluate(timed);
      if (frame >= 0) side.frames.push(took);
    }
  }
  const answer = {};
  for (const [name, { view: side, frames }] of Object.entries(sides)) {
    answer[name] = { ...(await side.figures()), frames };
    await side.page.screenshot({ path: path.join(wanted.out, `frames-${name}.png`) });
    side.check();
  }
  const more = answer.viewer.triangles - answer.three.triangles;
  if (more < 0 || more > OTHER_TRIANGLES) throw new Error(`the viewer draws ${answer.viewer.triangles} triangles, the bare scene ${answer.three.triangles}: not the same`);
  process.stdout.write(JSON.stringify(answer));
} finally {
  for (const one of opened) await one.close();
  proxy.close();
}
