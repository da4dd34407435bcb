import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
// .ci/run counts the tests in this file.
const jsonReport = process.env['VITEST_JSON_REPORT'];

// Many tests wait for time to pass or for a program. By default, one file would run at a time on two processors.
const several = {maxWorkers: Math.max(2, availableParallelism() - 1)};

/** What judges how quick something is, or makes all the load that it can. */
const alone = ['test/hostile/**/*.test.ts', 'test/system/{accuracy,fleet,visible}.test.ts'];

const system = {
  root,
  globalSetup: ['test/peers/setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

/**
 * `unit` mirrors src/ and needs nothing but Node; `system` starts real servers and processes, and so does `alone`, one file
 * at a time.
 */
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
          testTimeout: 30_000,
          ...several,
          sequence: {groupOrder: 0},
        },
      },
      {
        test: {
          ...system,
          name: 'system',
          include: ['test/system/**/*.test.ts', 'test/crash/**/*.test.ts'],
          exclude: alone,
          ...several,
          sequence: {groupOrder: 1},
        },
      },
      {
        test: {
          ...system,
          name: 'alone',
          include: alone,
          fileParallelism: false,
          sequence: {groupOrder: 2},
        },
      },
    ],
  },
});
