// How the viewer is bundled and tested. Read by `vite` and `vitest`.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { loadEnv, type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** All JavaScript that a first visit loads, gzip. A phone on a slow network waits for this. */
const BUDGET_BYTES = 220 * 1024;

/** JavaScript that the residents' page begins with, gzip: what a phone needs to show and take down words. */
const SHELL_BYTES = 15 * 1024;

/** JavaScript of the pages of those who work on renewal, gzip: what any of them begins with. They are filled in on phones, too. */
const WORK_BYTES = 60 * 1024;

/** The pages that people open; a wall is one machine that stands for weeks, and has no such limit. */
const LIMITS: Readonly<Record<string, number>> = { index: BUDGET_BYTES, resident: SHELL_BYTES, renewal: WORK_BYTES };

/** What keeps the residents' page on the phone. */
const WORKER = 'resident-worker';

/** What the pages begin with. */
const [PLANNER, WALL, RESIDENT, WORK] = ['main', 'wall-main', 'resident-main', 'renewal-main'].map((name) => new RegExp(`[\\\\/]src[\\\\/]${name}\\.ts$`)) as [RegExp, RegExp, RegExp, RegExp];
const OWN = /[\\/]src[\\/]((state[\\/])?resident[\\/]|i18n[\\/]resident\.ts$)|[\\/]icons[\\/]resident\.json$/;
/** And the residents' scene, which comes right after their page. */
const PLACE = /[\\/]src[\\/]resident[\\/]Place\.tsx$/;

interface Chunking {
  getModuleInfo(id: string): { readonly importers: readonly string[] } | null;
}

/** Whether a page loads a module before it begins: by imports that are not for later. */
function beginsWith(entry: RegExp, id: string, info: (id: string) => { readonly importers: readonly string[] } | null, seen = new Set<string>()): boolean {
  if (entry.test(id)) return true;
  seen.add(id);
  return (info(id)?.importers ?? []).some((next) => !seen.has(next) && beginsWith(entry, next, info, seen));
}

/** A chunk of what planner and wall begin with, and other pages as well. */
const shared = (name: string, ...others: readonly RegExp[]): { name: (id: string, chunking: Chunking) => string | null } => ({
  name: (id, chunking) => [PLANNER, WALL, ...others].every((entry) => beginsWith(entry, id, (other) => chunking.getModuleInfo(other))) ? name : null,
});

/** Parts of the engine that only scenes with KTX2 textures fetch. */
const ON_DEMAND = /[\\/]jsm[\\/](loaders[\\/]KTX2Loader|libs[\\/](ktx-parse|zstddec)|utils[\\/]WorkerPool|math[\\/]ColorSpaces)/;

/**
 * Says what the scripts weigh that a first visit of a page loads, and refuses to build more than its budget:
 * what the page names, and what that imports. The rest is fetched when it is wanted.
 */
function budget(): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    // As they are written: what names the files that are fetched ahead comes late into the code.
    writeBundle(_options, bundle) {
      const chunks = new Map(Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
      for (const [page, limit_bytes] of Object.entries(LIMITS)) {
        const first = new Set([...chunks.values()].filter((chunk) => chunk.isEntry && chunk.name === page).map((chunk) => chunk.fileName));
        for (const name of first) chunks.get(name)?.imports.forEach((other) => first.add(other));
        const size_bytes = [...first].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '').length, 0);
        const text = `scripts of a first visit, ${page}: ${(size_bytes / 1024).toFixed(1)} KiB gzip, limit ${limit_bytes / 1024} KiB`;
        if (size_bytes > limit_bytes) this.error(`${text} (${[...first].join(', ')})`);
        this.info(text);
      }
    },
  };
}

/** Lays packed forms beside the files of a build, as small as they get: the server sends what the browser takes. */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    writeBundle({ dir = 'dist' }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|html|svg|wasm|json)$/.test(name)) continue;
        const path = join(dir, name);
        const plain = readFileSync(path);
        const forms = { br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }), gz: gzipSync(plain, { level: 9 }) };
        for (const [ending, form] of Object.entries(forms)) {
          if (form.length < plain.length) writeFileSync(`${path}.${ending}`, form);
        }
      }
    },
  };
}

/**
 * Leaves out of the tiles library the readers of formats before glTF (b3dm, i3dm, pnts, cmpt): our
 * tilesets have none, and a first visit should not wait for them.
 */
function ownFormatsOnly(): Plugin {
  const sources = fileURLToPath(new URL('node_modules/3d-tiles-renderer/src/three/renderer/index.js', import.meta.url));
  return {
    name: 'own-formats-only',
    enforce: 'pre',
    apply: 'build',
    resolveId: (id) => (id === '3d-tiles-renderer/three' ? sources : null),
    load: (id) => {
      const format = /[\\/]three[\\/]renderer[\\/]loaders[\\/](B3DM|I3DM|PNTS|CMPT)Loader\.js$/.exec(id)?.[1];
      return format ? `export class ${format}Loader { constructor() { throw new Error('${format} is left out of this build'); } }` : null;
    },
  };
}

/**
 * Takes three from its sources, and leaves out of it what speaks to headsets (WebXR), which the viewer
 * does not do.
 */
function withoutHeadsets(): Plugin {
  const sources = fileURLToPath(new URL('node_modules/three/src/Three.js', import.meta.url));
  return {
    name: 'without-headsets',
    enforce: 'pre',
    apply: 'build',
    resolveId: (id) => (id === 'three' ? sources : null),
    load: (id) => (/[\\/]three[\\/]src[\\/]renderers[\\/]webxr[\\/]WebXRManager\.js$/.test(id) ? NO_HEADSET : null),
    // As three packs its own shaders: without comments and indentation.
    transform: (code, id) =>
      /[\\/]three[\\/]src[\\/].*\.glsl\.js$/.test(id)
        ? code.replace(/\/\* glsl \*\/\s*`(.*?)`/gs, (_, shader: string) => JSON.stringify(shader.replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, '').replace(/\s*\n\s*/g, '\n').trim()))
        : null,
  };
}

/** What the renderer asks of a headset in a browser that has none. */
const NO_HEADSET = `export class WebXRManager {
  enabled = false;
  isPresenting = false;
  cameraAutoUpdate = true;
  addEventListener() {}
  removeEventListener() {}
  getCamera() { return null; }
  getDepthSensingMesh() { return null; }
  getEnvironmentBlendMode() { return undefined; }
  hasDepthSensing() { return false; }
  setAnimationLoop() {}
  dispose() {}
}`;

export default defineConfig(({ mode }) => {
  // Where `npm run dev` finds the server; the built viewer is served by the server itself.
  const server = loadEnv(mode, '.', 'TWIN_').TWIN_SERVER ?? 'http://127.0.0.1:8080';
  return {
    // Relative addresses, so that the viewer also works behind a path of a proxy.
    base: './',
    plugins: [budget(), packed(), ownFormatsOnly(), withoutHeadsets()],
    server: { proxy: { '/api': server, '/ogc': server, '/publication': server }, fs: { allow: ['..'] } },
    // It finds its transcoder by its own place, which bundling for development would change.
    optimizeDeps: { exclude: ['three/addons/loaders/KTX2Loader.js'] },
    build: {
      target: 'es2022',
      // The engine is one chunk on purpose; what counts is the budget above.
      chunkSizeWarningLimit: 800,
      // Chunks that the page needs are named in index.html; browsers of this target need no helper.
      // Of what the residents' shell fetches later only the scene is waited for: the rest need not name what it brings.
      modulePreload: { polyfill: false, resolveDependencies: (file, needed, { hostId }) => (/(^|[\\/])shell-/.test(hostId) && !file.includes('Place-') ? [] : needed) },
      rolldownOptions: {
        input: Object.fromEntries(['index.html', 'wall.html', 'resident.html', 'renewal.html', `worker/${WORKER}.ts`].map((file) => [basename(file, extname(file)), fileURLToPath(new URL(file, import.meta.url))])),
        output: {
          // A worker is found by its name, and its reach is the folder that it lies in.
          entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js'),
          // The engine changes seldom: a chunk of its own stays in the browser's cache.
          codeSplitting: {
            groups: [
              { name: 'engine', test: (id) => /node_modules[\\/](three|3d-tiles-renderer)[\\/]/.test(id) && !ON_DEMAND.test(id) },
              // Asked before the engine is there; a chunk of its own, which brings nothing along.
              { name: 'scenes', test: /[\\/]src[\\/]state[\\/]scenes\.ts$/, includeDependenciesRecursively: false },
              // Formulas that pages without a scene want as well; with the scene it would bring the engine along.
              { name: 'georef', test: /[\\/]src[\\/]scene[\\/]georef\.ts$/, includeDependenciesRecursively: false },
              // What pages begin with together is one chunk: many small ones compress worse. What residents begin
              // with, and what their scene does, are chunks of their own, which must not bring along what only the
              // others need; earlier groups take what later ones would.
              shared('all', RESIDENT),
              // The residents' own: two pieces of it in two chunks weigh a fiftieth of the shell more.
              { name: (id, chunking) => (OWN.test(id) && beginsWith(RESIDENT, id, (other) => chunking.getModuleInfo(other)) ? 'shell' : null), includeDependenciesRecursively: false },
              // What draws nothing: pages without a scene need no engine, and the residents' scene nothing of the planner's words.
              shared('ground', WORK, PLACE),
              shared('pages', WORK),
              shared('scene', PLACE),
              shared('both'),
            ],
          },
        },
      },
    },
    test: { include: ['src/**/*.test.ts', 'checks/*.test.ts'], environment: 'node' },
  };
});
