// Watches a wall for some minutes and says whether anything that it holds grows. Called by scripts/soak.
//
// In: minutes as argument, the server's address. Out: a table; exit code 1 if something grew. Each minute
// the wall is also used: theme, language, heat and a pause come and go, so that what they make is made often.
import { open } from './page.mjs';

const minutes = Number(process.argv[2] ?? 30);
const address = process.env.TWIN_ADDRESS;
if (!(minutes >= 4)) throw new Error('fewer than 4 minutes show nothing');

/** What may be more at the end than after the wall was warm, as a share and in absolute figures. */
const LIMITS = { heap_mib: [0.1, 4], nodes: [0.15, 300], listeners: [0.15, 60], geometries: [0.25, 60], textures: [0.25, 60] };

const view = await open(`${address}/wall?theme=dark&lang=zh`, { width: 960, height: 540 });
const { page } = view;
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable');
await devtools.send('HeapProfiler.enable');

async function measure() {
  // Twice: what the first collection frees may have kept something else.
  for (let i = 0; i < 2; i++) await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  const wall = await page.evaluate(() => ({ ...window.__wall.memory(), frames: window.__twin.stats().frames, errors: window.__twin.stats().errors, line: window.__wall.line(), stop: window.__wall.stop().index, alarms: document.querySelector('[data-panel=alarms] header b')?.textContent ?? '0' }));
  return { heap_mib: of('JSHeapUsedSize') / 2 ** 20, nodes: of('Nodes'), listeners: of('JSEventListeners'), ...wall };
}

async function use() {
  for (const key of ['t', 't', 'l', 'l', 'h', 'h']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(300);
  }
  await page.keyboard.press('Escape');
  await page.waitForTimeout(500);
  if ((await page.evaluate(() => window.__wall.phase().at)) === 'paused') await page.keyboard.press(' ');
}

const columns = ['minute', 'heap_mib', 'nodes', 'listeners', 'geometries', 'textures', 'tile_mib', 'frames', 'alarms', 'stop', 'line', 'errors'];
const line = (cells) => console.log(cells.map((cell, i) => String(cell).padStart(Math.max(columns[i].length, 6))).join('  '));
line(columns);
const rows = [];
// On a busy machine the place is never quite sharp: it need only be there.
await page.waitForFunction(() => (window.__twin?.stats().tilesVisible ?? 0) > 0, null, { timeout: 600_000, polling: 1000 });
for (let minute = 1; minute <= minutes; minute++) {
  await use();
  await page.waitForTimeout(55_000);
  const row = { minute, ...(await measure()) };
  rows.push(row);
  line(columns.map((name) => (typeof row[name] === 'number' && !Number.isInteger(row[name]) ? row[name].toFixed(1) : row[name])));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const third = Math.max(1, Math.floor(rows.length / 3));
let grew = 0;
for (const [name, [share, least]] of Object.entries(LIMITS)) {
  // The first third warms up: caches fill, the tour goes round.
  const [early, late] = [rows.slice(third, 2 * third), rows.slice(-third)].map((part) => median(part.map((row) => row[name])));
  const more = late - early;
  const bad = more > least && more > early * share;
  if (bad) grew++;
  console.log(`${name}: ${early.toFixed(1)} -> ${late.toFixed(1)}${bad ? '  GREW' : ''}`);
}
const errors = rows.at(-1).errors + view.problems.length;
if (errors > 0) console.log(`errors: ${view.problems.join('; ') || errors}`);
await view.close();
process.exit(grew + errors > 0 ? 1 : 0);
