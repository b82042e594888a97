// How the viewer is bundled and tested. Read by `vite` and `vitest`.
import { gzipSync } from 'node:zlib';
import { loadEnv, type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** All JavaScript that a first visit loads, gzip. A phone on a slow network waits for this. */
const BUDGET_BYTES = 220 * 1024;

/** Says what the scripts weigh, and refuses to build more than the budget. */
function budget(): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const scripts = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file.code] : []));
      const size_bytes = scripts.reduce((sum, code) => sum + gzipSync(code).length, 0);
      const text = `all scripts: ${(size_bytes / 1024).toFixed(1)} KiB gzip, limit ${BUDGET_BYTES / 1024} KiB`;
      if (size_bytes > BUDGET_BYTES) this.error(text);
      this.info(text);
    },
  };
}

export default defineConfig(({ mode }) => {
  // Where `npm run dev` finds the server; the built viewer is served by the server itself.
  const server = loadEnv(mode, '.', 'TWIN_').TWIN_SERVER ?? 'http://127.0.0.1:8080';
  return {
    // Relative addresses, so that the viewer also works behind a path of a proxy.
    base: './',
    plugins: [budget()],
    server: { proxy: { '/api': server, '/publication': server }, fs: { allow: ['..'] } },
    build: {
      target: 'es2022',
      // The engine is one chunk on purpose; what counts is the budget above.
      chunkSizeWarningLimit: 800,
      // Chunks that the page needs are named in index.html; browsers of this target need no helper.
      modulePreload: { polyfill: false },
      rolldownOptions: {
        output: {
          // The engine changes seldom: a chunk of its own stays in the browser's cache.
          codeSplitting: { groups: [{ name: 'engine', test: /node_modules[\\/](three|3d-tiles-renderer)[\\/]/ }] },
        },
      },
    },
    test: { include: ['src/**/*.test.ts', 'checks/*.test.ts'], environment: 'node' },
  };
});
