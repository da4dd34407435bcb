import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {loadConfig} from '../../src/config/load.ts';
import {mappingOf} from '../../src/outputs.ts';
import {completedRow} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';

/** The series of a result of the job `lan`, where these jobs are configured. */
const seriesOfLan = (jobs: readonly string[]) => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  const entries = jobs.map((name) => ({name, schedule: '7 * * * *', engines: ['embedded']}));
  writeFileSync(file, JSON.stringify({jobs: entries}));
  const map = mappingOf(loadConfig({file, flags: {}, env: {}}));
  return map(completedRow({job: 'lan'})).map(({name, labels}) => ({name, labels}));
};

it.each([
  ['two of three', ['wan', 'lan', 'dsl'], ['wan', 'dsl']],
  ['one of two', ['wan', 'lan'], ['wan']],
  ['none of one', ['lan'], []],
] as const)(
  'a job that is gone keeps its series, so that they can be ended: %s are left',
  (_, jobs, left) => {
    expect(seriesOfLan(left)).toEqual(seriesOfLan(jobs));
  },
);
