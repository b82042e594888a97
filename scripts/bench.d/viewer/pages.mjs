// Purpose: what the pages that are compared have in common: how they are built, opened and watched.
// Inputs:  the viewer's node_modules, which bundle the pages; the page helper of the browser tests.
// Outputs: `bundle`, `openPage`, `viewOf` and what belongs to it. Called by load.mjs and frames.mjs.
//
// A page has `window.__bench`:
//   canvas              what it draws on
//   drawn(), settled()  whether something stands there; whether all is there
//   figures()           triangles, tiles and draw calls of the last picture
//   frame()             draws once, now (where frames are timed)
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.join(HERE, '../../..');
const VIEWER = path.join(ROOT, 'viewer');
const { open } = await import(pathToFileURL(path.join(ROOT, 'tests/browser/page.mjs')).href);

/** As in the viewer's scene/viewport and layers/photogrammetry. */
const FOV_RAD = (48 * Math.PI) / 180;
const ERROR_PX = 16;
export const SIZE = { width: 1280, height: 720 };
const RAD = Math.PI / 180;

/** Bundles a page with the viewer's own vite, which leaves out what the page does not use; returns the folder. */
export async function bundle(name, modules, out) {
  const folder = path.join(out, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(path.join(HERE, `${name}.html`), path.join(folder, 'index.html'));
  await copyFile(path.join(HERE, `${name}.js`), path.join(folder, `${name}.js`));
  await symlink(modules, path.join(folder, 'node_modules'));
  const { build } = await import(pathToFileURL(path.join(VIEWER, 'node_modules/vite/dist/node/index.js')).href);
  await build({
    root: folder, base: './', configFile: false, logLevel: 'error', publicDir: false,
    build: { target: 'es2022', outDir: 'dist', chunkSizeWarningLimit: 10_000, modulePreload: { polyfill: false } },
  });
  return path.join(folder, 'dist');
}

/** The pose that `__twin.pose()` told, and what else the other pages need to show the same. */
export function viewOf({ east_m, north_m, up_m, heading_deg, pitch_deg }, { tileset, origin, ground_m }) {
  const near_m = Math.min(Math.max((up_m - ground_m) * 0.08, 0.4), 100);
  return {
    tileset, origin, fov_rad: FOV_RAD, error_px: ERROR_PX,
    pose: { eye: [east_m, north_m, up_m], heading_rad: heading_deg * RAD, pitch_rad: pitch_deg * RAD, near_m, far_m: near_m * 40_000 },
  };
}

/** A point that the camera looks straight at. */
export function aheadOf({ eye: [east, north, up], heading_rad, pitch_rad }, away_m = 100) {
  const level = Math.cos(pitch_rad) * away_m;
  return [east + Math.sin(heading_rad) * level, north + Math.cos(heading_rad) * level, up + Math.sin(pitch_rad) * away_m];
}

/** The part of the viewer's address that stands the camera at a pose; the pose that it then has. */
export function linkOf(pose) {
  const rounded = Object.fromEntries(Object.entries(pose).map(([name, value]) => [name, Number(value.toFixed(name.endsWith('_deg') ? 1 : 2))]));
  const { east_m, north_m, up_m, heading_deg, pitch_deg } = rounded;
  return { hash: `#v=${[east_m, north_m, up_m, heading_deg, pitch_deg].join(',')}`, pose: rounded };
}

/** Opens a page in a browser of its own, watched from its first moment. */
export async function openPage(address, quality) {
  let devtools = null;
  const prepare = async (page) => {
    devtools = await page.context().newCDPSession(page);
    // What the main thread does is summed up from here on.
    await devtools.send('Performance.enable');
    await page.addInitScript((saved) => localStorage.setItem('twin.quality', JSON.stringify(saved)), quality);
    await page.addInitScript(speakAsBench);
    await page.addInitScript(watch);
  };
  const view = await open(address, { ...SIZE, adaptive: true, prepare });
  const fail = (problem) => {
    throw new Error(`${address}: ${problem}`);
  };
  return {
    ...view,
    devtools,
    /** What the page took, once all is there and stays there. */
    times: async (timeout) => {
      await view.page.waitForFunction(() => window.__times.whole_ms !== null, null, { timeout, polling: 250 }).catch(() => fail(`not whole within ${timeout / 1000} s; ${view.problems.join('; ') || 'no problem told'}`));
      return view.page.evaluate(() => window.__times);
    },
    figures: () => view.page.evaluate(() => window.__bench.figures()),
    /** Nothing may go wrong unseen, and nothing may be asked of another host. */
    check: () => {
      if (view.foreign.length > 0) fail(`asked other hosts: ${view.foreign.join(', ')}`);
      if (view.problems.length > 0) fail(view.problems.join('; '));
    },
  };
}

/** In the page: the viewer's hooks under the names that all pages have. */
function speakAsBench() {
  let bench;
  Object.defineProperty(window, '__bench', {
    set: (own) => (bench = own),
    get: () => {
      const twin = window.__twin;
      if (bench || !twin) return bench;
      return {
        canvas: document.querySelector('canvas.scene'),
        drawn: () => twin.stats().tilesVisible > 0,
        settled: () => twin.stats().tilesVisible > 0 && twin.idle(),
        frame: () => twin.frame(),
        figures: () => {
          const { triangles, tilesVisible, drawCalls } = twin.stats();
          return { triangles, tiles: tilesVisible, drawCalls };
        },
      };
    },
  });
}

/** In the page: when the first tile was drawn, and since when the whole view stands, counted from the navigation. */
function watch() {
  const QUIET_MS = 2000;
  const times = (window.__times = { first_ms: null, whole_ms: null });
  // Pixels can be read when everything before has been drawn: a frame that was asked for is none yet.
  const drawn = ({ canvas }) => {
    const gl = canvas.getContext('webgl2');
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    return performance.now();
  };
  let since = null;
  const look = () => {
    const bench = window.__bench;
    if (bench) {
      if (times.first_ms === null && bench.drawn()) times.first_ms = drawn(bench);
      if (!bench.settled()) since = null;
      else since ??= drawn(bench);
      if (since !== null && performance.now() - since > QUIET_MS) {
        times.whole_ms = since;
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
