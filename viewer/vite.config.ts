// How the viewer is bundled and tested. Read by `vite` and `vitest`.
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => {
  // Where `npm run dev` finds the server; the built viewer is served by the server itself.
  const server = loadEnv(mode, '.', 'TWIN_').TWIN_SERVER ?? 'http://127.0.0.1:8080';
  return {
    // Relative addresses, so that the viewer also works behind a path of a proxy.
    base: './',
    server: { proxy: { '/api': server, '/publication': server }, fs: { allow: ['..'] } },
    build: {
      // The engine is one chunk on purpose; its size is watched in DEPENDENCIES.md.
      chunkSizeWarningLimit: 800,
      target: 'es2022',
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
