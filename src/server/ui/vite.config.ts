import {defineConfig} from 'vite';

/** Relative addresses, so that the page works under any path of a reverse proxy. */
export default defineConfig({
  base: './',
  build: {
    outDir: '../../../dist/server/ui',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: 'chrome123',
    modulePreload: false,
    // The Content-Security-Policy takes no inline styles and scripts.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
