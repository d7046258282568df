import { defineConfig } from 'vite';

/** Browsers of the year 2024 on, which know `light-dark()` and `oklch()`. */
const BROWSERS = ['chrome123', 'firefox128', 'safari17.5'];

// The page: from page/ to dist/page/, where the viewer serves it from.
export default defineConfig({
  root: 'page',
  clearScreen: false,
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:4318' } }, // `npm run dev`, beside a viewer that runs
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: BROWSERS,
    modulePreload: false, // there is one script
    assetsInlineLimit: 0, // no `data:` URL that the content security policy would have to allow
    license: { fileName: 'THIRD-PARTY-NOTICES.md' },
  },
});
