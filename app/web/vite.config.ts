import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { shell } from './scripts/shell.ts';
import { baseMap } from './basemap.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  // The service hands out this folder's build under /web/, and the two pages under /console and /agent.
  base: '/web/',
  plugins: [baseMap(), svelte(), shell()],
  resolve: {
    alias: { $shared: here('src/shared'), $map: here('src/map'), $console: here('src/console'), $agent: here('src/agent') },
    // Under vitest the browser's half of Svelte is wanted too: the stores are tested as they run.
    ...(mode === 'test' ? { conditions: ['browser'] } : {}),
  },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's policy allows no data: fonts, and hashed files are kept for ever anyway
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500, // MapLibre alone is a megabyte; it is loaded after the board
    rolldownOptions: {
      input: { console: here('console.html'), agent: here('agent.html'), sw: here('src/agent/worker/sw.ts') },
      // A worker rules over its own address, which must not change with its content.
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/v1': { target: process.env['AUXILIO'] ?? 'http://127.0.0.1:8911', ws: true }, '/health': process.env['AUXILIO'] ?? 'http://127.0.0.1:8911' },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    passWithNoTests: false,
  },
}));
