import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {loadConfig} from '../../src/config/load.ts';
import {mappingIdentity, mappingOf} from '../../src/outputs.ts';
import {completedRow} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';

const configOf = (jobs: readonly object[], more: object = {}) => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  const entries = jobs.map((job) => ({schedule: '7 * * * *', engines: ['embedded'], ...job}));
  writeFileSync(file, JSON.stringify({...more, jobs: entries}));
  return loadConfig({file, flags: {}, env: {}});
};

/** The series of a result of the job `lan`, where these jobs are configured. */
const seriesOfLan = (jobs: readonly string[]) => {
  const map = mappingOf(configOf(jobs.map((name) => ({name}))));
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

describe('the identity of a mapping', () => {
  const [a, b, c] = [{name: 'a'}, {name: 'b'}, {name: 'c'}];
  const identity = (jobs: readonly object[], more?: object) => mappingIdentity(configOf(jobs, more));

  it('stays where the series of no job change', () => {
    const labelled = {...b, labels: {line: 'dsl'}};
    expect(identity([c, labelled, a])).toEqual(identity([labelled, {...a, schedule: '1 * * * *'}]));
  });

  it.each([
    ['a second job, which has all of them named', [a], [a, b]],
    ['another job alone', [a], [b]],
    ['no job', [a], []],
    ["a job's labels", [a, b], [a, {...b, labels: {line: 'dsl'}}]],
  ])('changes with %s', (_, before, after) => {
    expect(identity(before)).not.toEqual(identity(after));
  });

  it('changes with what metrics are called', () => {
    expect(identity([a])).not.toEqual(identity([a], {metrics: {prefix: 'x_'}}));
  });
});
