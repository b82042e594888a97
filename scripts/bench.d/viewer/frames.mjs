// Purpose: what a frame of the viewer takes beside one of a bare scene of three with the same triangles.
// Inputs:  a JSON file {"server", "tileset", "origin", "ground_m", "frames", "modules" (of the viewer), "out"}.
// Outputs: JSON {"viewer": {…}, "three": {…}}: figures of the picture and the times of all frames, in ms.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startProxy } from './proxy.mjs';
import { SIZE, aheadOf, bundle, openPage, viewOf } from './pages.mjs';

const wanted = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// Room for all tiles: with less, the viewer would draw coarser ones.
const QUALITY = { quality: 'high', memory: 4096 };
/** The filter of textures at that quality, as in the viewer's state/quality: the other scene has the same. */
const ANISOTROPY = 8;
const PATIENCE_MS = 540_000;
const WARM = 2;
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

say('bundling the page of three');
const pages = await bundle('bare', wanted.modules, wanted.out);
const proxy = await startProxy(wanted.server, { '/bench/bare/': pages });
const opened = [];
try {
  say('loading in the viewer');
  const ours = await openPage(`${proxy.address}/`, QUALITY);
  opened.push(ours);
  await ours.times(PATIENCE_MS);
  await ours.page.keyboard.press('Home');
  const pose = await (await ours.page.waitForFunction(() => window.__twin.idle() && window.__twin.pose(), null, { timeout: PATIENCE_MS, polling: 500 })).jsonValue();
  await ours.page.evaluate(() => window.__twin.stop());
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
