import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

/** The long form of test/system/accuracy.test.ts: `npm run test:accuracy`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/accuracy/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
