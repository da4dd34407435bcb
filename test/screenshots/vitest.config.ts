import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

/** Takes README's pictures of the page and of a terminal, which `npm run screenshots` writes to docs/. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/screenshots/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
