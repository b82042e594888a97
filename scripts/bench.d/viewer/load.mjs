// Purpose: what the viewer and CesiumJS take to show the same tileset from the same place: time, bytes, memory.
// Inputs:  a JSON file {"server", "tileset", "origin", "ground_m", "runs", "modules" (of CesiumJS), "out"}.
// Outputs: JSON {"viewer": [run, …], "CesiumJS": [run, …]} on standard output; a picture of each in `out`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startProxy } from './proxy.mjs';
import { bundle, linkOf, openPage, viewOf } from './pages.mjs';

const wanted = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const QUALITY = { quality: 'auto', memory: 'auto' };
const PATIENCE_MS = 180_000;
const say = (text) => process.stderr.write(`  … ${text}\n`);

const isScript = ({ type }) => /javascript/.test(type);
const isTile = ({ path: asked }) => /\.glb$|(tileset|tiles)\.json$/.test(asked);
const sum = (list, meant) => list.filter(meant).reduce((all, { bytes }) => all + bytes, 0);

/** What the page did, and keeps once the collector has been: its own heap, and the buffers that lie outside of it. */
async function memoryOf({ devtools }) {
  await devtools.send('HeapProfiler.enable');
  const { metrics: busy } = await devtools.send('Performance.getMetrics');
  // Twice: what the first collection frees may have kept something else.
  for (let i = 0; i < 2; i++) await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const { backingStorageSize = 0 } = await devtools.send('Runtime.getHeapUsage');
  const of = (list, name) => list.find((metric) => metric.name === name)?.value ?? 0;
  return { heap_bytes: of(metrics, 'JSHeapUsedSize'), buffer_bytes: backingStorageSize, busy_s: of(busy, 'TaskDuration') };
}

async function visit(proxy, address, picture) {
  proxy.take();
  const view = await openPage(address, QUALITY);
  try {
    const times = await view.times(PATIENCE_MS);
    const figures = await view.figures();
    const memory = await memoryOf(view);
    const asked = proxy.take();
    if (picture) await view.page.screenshot({ path: path.join(wanted.out, picture) });
    view.check();
    const missing = asked.filter(({ status }) => status >= 400);
    if (missing.length > 0) throw new Error(`${address}: ${missing.map((one) => `${one.status} ${one.path}`).join(', ')}`);
    return {
      ...times, ...figures, ...memory, requests: asked.length,
      script_bytes: sum(asked, isScript), tile_bytes: sum(asked, isTile), all_bytes: sum(asked, () => true),
    };
  } finally {
    await view.close();
  }
}

/** Where the viewer shows the whole place. */
async function wholeView(address) {
  const view = await openPage(address, QUALITY);
  try {
    await view.times(PATIENCE_MS);
    await view.page.keyboard.press('Home');
    const pose = await view.page.waitForFunction(() => window.__twin.idle() && window.__twin.pose(), null, { timeout: 60_000, polling: 250 });
    return linkOf(await pose.jsonValue());
  } finally {
    await view.close();
  }
}

say('bundling the page of CesiumJS');
const pages = await bundle('cesium', wanted.modules, wanted.out);
const proxy = await startProxy(wanted.server, { '/bench/cesium-files/': path.join(wanted.modules, 'cesium/Build/Cesium'), '/bench/cesium/': pages });
try {
  const { hash, pose } = await wholeView(`${proxy.address}/`);
  const view = encodeURIComponent(JSON.stringify(viewOf(pose, wanted)));
  const addresses = { viewer: `${proxy.address}/${hash}`, CesiumJS: `${proxy.address}/bench/cesium/index.html?view=${view}` };
  // Uncounted: the server reads its files, and the proxy packs its own.
  for (const [name, address] of Object.entries(addresses)) await visit(proxy, address, `${name.toLowerCase()}.png`);
  const runs = { viewer: [], CesiumJS: [] };
  // Turn and turn about, so that what else the machine does falls on both.
  for (let run = 1; run <= wanted.runs; run++) {
    for (const [name, address] of Object.entries(addresses)) {
      say(`${name}, run ${run}`);
      runs[name].push(await visit(proxy, address));
    }
  }
  process.stdout.write(JSON.stringify(runs));
} finally {
  proxy.close();
}
