import { defineConfig } from 'vite';

/**
 * How the page is made: `src/web` becomes a few files in `dist/web`, which the API serves under `/web/`.
 * Addresses are relative, so that a page behind a path of a reverse proxy finds its parts too.
 */
export default defineConfig({
  root: 'src/web',
  base: './',
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Trusted Types forbid the polyfill's way, and every browser that we promise knows module preloading.
    modulePreload: { polyfill: false },
    // Nothing inline: the Content-Security-Policy allows no data: address.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
