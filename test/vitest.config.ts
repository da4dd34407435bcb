import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
// .ci/run counts the tests in this file.
const jsonReport = process.env['VITEST_JSON_REPORT'];

/** `unit` mirrors src/ and needs nothing but Node; `system` starts real servers and processes, one file at a time. */
export default defineConfig({
  test: {
    root,
    reporters: jsonReport === undefined ? ['default'] : ['default', ['json', {outputFile: jsonReport}]],
    projects: [
      {
        test: {
          name: 'unit',
          root,
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 10_000,
          // Many of them wait for time to pass or for a program. By default, one would run at a time on two processors.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: {groupOrder: 0},
        },
      },
      {
        test: {
          name: 'system',
          root,
          include: ['test/system/**/*.test.ts', 'test/crash/**/*.test.ts', 'test/hostile/**/*.test.ts'],
          globalSetup: ['test/peers/setup.ts'],
          fileParallelism: false,
          sequence: {groupOrder: 1},
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
