import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {generatedFiles} from '../../../generate/files.ts';
import {loadConfig} from '../../../src/config/load.ts';
import {parseServerList} from '../../../src/engine/librespeed/server-list.ts';
import {bridgeConfigs, exampleFiles, placeExample, readExample} from '../../fixtures/examples.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const load = (path: string) => loadConfig({file: placeExample(path, temporaryFolder()), flags: {}, env: {}});

describe.each(bridgeConfigs)('examples/%s', (path) => {
  it('is loaded without a problem or warning', () => {
    const config = load(path);
    expect(config.warnings).toEqual([]);
    expect([...config.jobs, ...config.scrapeJobs, config.tracker ?? []].flat()).not.toEqual([]);
  });
});

const generated = new Set((await generatedFiles()).keys());
const commented = exampleFiles.filter(
  (path) => !path.endsWith('.json') && !generated.has(`examples/${path}`),
);
const texts = new Map([
  ...commented.map((path): [string, string] => [`examples/${path}`, readExample(path)]),
  ['Dockerfile', readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8')],
]);

it.each([...texts])('%s says at its head for whom it is and what to change', (_, text) => {
  const head = text.split(/^(?!#)/m)[0] ?? '';
  expect(head).toMatch(/^# For /m);
  expect(head).toMatch(/\bTo change: |is to be changed/);
});

it('each site measures against the reflector of another', () => {
  const servers = parseServerList(readExample('sites/servers.json')).map(({name}) => name);
  const pinned = bridgeConfigs
    .filter((path) => path.startsWith('sites/'))
    .map((path) => load(path))
    .map(({labels, engines}) => [labels.instance, engines.librespeed.serverId]);
  expect(pinned).toEqual([
    ['berlin', 'Oslo'],
    ['oslo', 'Berlin'],
  ]);
  expect(servers).toEqual(['Berlin', 'Oslo']);
});

it('several lines have an address each', () => {
  const addresses = load('several-lines.yaml').jobs.map(({network}) => network.sourceAddress);
  expect(new Set(addresses).size).toBe(3);
  expect(addresses).not.toContain(undefined);
});
