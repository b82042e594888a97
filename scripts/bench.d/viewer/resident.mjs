// Purpose: first visits of the residents' page on a slowed phone: times, bytes, and what it hands to WebGL.
// Inputs:  a JSON file {"server", "runs", "out", "down_mbps", "up_mbps", "latency_ms", "slower"}.
// Outputs: JSON, an array of runs, on standard output; a picture in `out`. Called by resident.py.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const { open, until } = await import(pathToFileURL(path.join(HERE, '../../../tests/browser/page.mjs')).href);
const wanted = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const BYTES_PER_MEGABIT = 125_000;
const isScript = (url) => url.endsWith('.js');
const isTile = (url) => /\.glb$|(tileset|tiles)\.json$/.test(url);

/** In the page, before anything else: when it paints, when the place stands there, what is drawn and uploaded. */
function watch() {
  const seen = (window.__seen = { lcp_ms: 0, place_ms: null, triangles: 0, draws: 0, texture_px: 0 });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcp_ms = entry.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  const gl = WebGL2RenderingContext.prototype;
  const frame = { triangles: 0, draws: 0 };
  const drawing = (name, corners, copies) => {
    const own = gl[name];
    gl[name] = function (...of) {
      if (frame.draws === 0) requestAnimationFrame(() => {
        Object.assign(seen, frame);
        [frame.triangles, frame.draws] = [0, 0];
      });
      frame.draws++;
      if (of[0] === gl.TRIANGLES) frame.triangles += (of[corners] / 3) * (copies ? of[copies] : 1);
      return own.apply(this, of);
    };
  };
  drawing('drawElements', 1);
  drawing('drawArrays', 2);
  drawing('drawElementsInstanced', 1, 4);
  drawing('drawArraysInstanced', 2, 3);
  for (const name of ['texImage2D', 'texSubImage2D']) {
    const own = gl[name];
    gl[name] = function (...of) {
      const picture = of.at(-1);
      if (picture instanceof ImageBitmap || picture instanceof HTMLImageElement) seen.texture_px += picture.width * picture.height;
      return own.apply(this, of);
    };
  }
  const look = () => {
    if (document.querySelector('.r-place')?.dataset.ready !== 'true') return void requestAnimationFrame(look);
    // Pixels can be read when everything before has been drawn.
    const context = document.querySelector('.r-place canvas').getContext('webgl2');
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
    seen.place_ms = performance.now();
  };
  requestAnimationFrame(look);
}

async function visit(picture) {
  const wire = new Map();
  const prepare = async (page) => {
    const tools = await page.context().newCDPSession(page);
    const names = new Map();
    tools.on('Network.responseReceived', ({ requestId, response }) => names.set(requestId, response.url));
    tools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const url = names.get(requestId) ?? requestId;
      wire.set(url, (wire.get(url) ?? 0) + encodedDataLength);
    });
    await tools.send('Network.enable');
    await tools.send('Network.emulateNetworkConditions', {
      offline: false, latency: wanted.latency_ms,
      downloadThroughput: wanted.down_mbps * BYTES_PER_MEGABIT, uploadThroughput: wanted.up_mbps * BYTES_PER_MEGABIT,
    });
    await tools.send('Emulation.setCPUThrottlingRate', { rate: wanted.slower });
    await page.addInitScript(watch);
  };
  const view = await open(`${wanted.server}/resident`, { width: 390, height: 780, touch: true, prepare });
  try {
    await until(view.page, 'the first buildings stand there', () => window.__seen.place_ms !== null, null, 120_000);
    const scripts = [...wire.keys()].filter(isScript);
    // All that is loaded for the first look, at its best.
    await view.page.waitForTimeout(6000);
    const seen = await view.page.evaluate(() => window.__seen);
    if (picture) await view.page.screenshot({ path: path.join(wanted.out, picture) });
    if (view.foreign.length > 0 || view.problems.length > 0) throw new Error([...view.foreign, ...view.problems].join('; '));
    const packed = new Map(await Promise.all(scripts.map(async (url) => [url, gzipSync(await (await fetch(url)).text(), { level: 9 }).length])));
    const named = [...(await (await fetch(`${wanted.server}/resident`)).text()).matchAll(/assets\/[\w-]+\.js/g)].map(([name]) => name);
    const sum = (map, meant) => [...map].filter(([url]) => meant(url)).reduce((all, [, bytes]) => all + bytes, 0);
    return { ...seen, script_bytes: sum(packed, isScript), shell_bytes: sum(packed, (url) => named.some((name) => url.endsWith(name))), tile_bytes: sum(wire, isTile) };
  } finally {
    await view.close();
  }
}

const runs = [];
for (let run = 1; run <= wanted.runs; run++) {
  process.stderr.write(`  … first visit ${run}\n`);
  runs.push(await visit(run === 1 ? 'home.png' : null));
}
process.stdout.write(JSON.stringify(runs));
