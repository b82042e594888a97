// How the viewer is bundled and tested. Read by `vite` and `vitest`.
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the server; the built viewer is served by the server itself. */
const SERVER = process.env['TWIN_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Relative addresses, so that the viewer also works behind a path of a proxy.
  base: './',
  server: { proxy: { '/api': SERVER, '/publication': SERVER } },
  build: {
    target: 'es2022',
    // No preload helper: every chunk that the page needs is named in index.html.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // The engine changes seldom: a chunk of its own stays in the browser's cache.
          groups: [{ name: 'engine', test: /node_modules[\\/](three|3d-tiles-renderer)[\\/]/ }],
        },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
