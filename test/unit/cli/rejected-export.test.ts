import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {exportRejected} from '../../../src/cli/rejected-export.ts';
import {loadConfig} from '../../../src/config/load.ts';
import {completed} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {open} from '../journal/open.ts';

it('writes rejected results once, in the order of their times, under the names that each destination gets', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'bridge.yaml');
  const keepRate = {source_labels: ['__name__'], regex: '.*_download_bytes_per_second', action: 'keep'};
  const rename = {target_label: '__name__', replacement: 'renamed'};
  const configuration = {
    labels: {job: 'speedtest', instance: 'home'},
    metrics: {profiles: ['base-units'], prefix: 'x_', volatile_labels: 'info'},
    jobs: [{name: 'wan', schedule: '7 * * * *', engines: ['embedded']}],
    remote_write: [
      {name: 'a', url: 'http://127.0.0.1:9/', write_relabel_configs: [keepRate]},
      {name: 'b', url: 'http://127.0.0.1:9/', write_relabel_configs: [keepRate]},
      {name: 'c', url: 'http://127.0.0.1:9/', write_relabel_configs: [keepRate, rename]},
    ],
  };
  writeFileSync(file, JSON.stringify(configuration));
  const journal = open();
  for (const endedAtMs of [3000, 1000, 2000]) {
    const {id} = journal.append(completed({endedAtMs}));
    if (endedAtMs === 2000) continue;
    for (const name of ['a', 'b', 'c']) journal.reject(name, {resultId: id, cause: 'no', atMs: 1});
  }
  const output = join(folder, 'out.om');
  await exportRejected(loadConfig({file, flags: {}, env: {}}), journal, ['a', 'b', 'c'], output);
  const lines = readFileSync(output, 'utf8').split('\n');
  const times = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}{`)).map((line) => line.split(' ').at(-1));
  expect(times('x_download_bytes_per_second')).toEqual(['1.000', '3.000']);
  expect(times('renamed')).toEqual(['1.000', '3.000']);
  expect(lines.filter((line) => line.startsWith('# UNIT'))).toEqual([
    '# UNIT x_download_bytes_per_second bytes_per_second',
  ]);
});
