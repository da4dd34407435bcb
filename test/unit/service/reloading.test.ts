import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import type {Config} from '../../../src/config/schema.ts';
import {createReloading} from '../../../src/service/reloading.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

/** A configuration's file, and a reloading of it that notes what it does. */
const start = (applying: (config: Config) => Promise<void> = async () => {}, first = 'jobs: []') => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  const write = (text: string): void => writeFileSync(file, text);
  const load = (): Config => loadConfig({file, flags: {}, env: {}});
  const notes: string[] = [];
  write(first);
  let current = load();
  const reloading = createReloading({
    load,
    current: () => current,
    apply: async (config) => {
      await applying(config);
      current = config;
      notes.push(`apply ${config.web.path}`);
    },
    onReload: ({kind}) => notes.push(kind),
    log: {info: (message) => notes.push(message), error: (message) => notes.push(message)},
  });
  return {write, notes, ...reloading};
};

it('applies a good file and tells of it', async () => {
  const {write, notes, reload} = start();
  write('{jobs: [], web: {path: /a}}');
  expect(await reload()).toEqual({kind: 'reloaded'});
  expect(notes).toEqual(['apply /a', 'reloaded', 'configuration reloaded']);
});

it('applies nothing of a file that is wrong, and names all that is', async () => {
  const {write, notes, reload} = start();
  write('{jobs: [], colour: blue, web: {path: /a, port: 1}}');
  const outcome = await reload();
  expect(outcome).toMatchObject({kind: 'refused', problems: [expect.any(String), expect.any(String)]});
  expect(notes).toEqual([
    'refused',
    expect.stringMatching(/^configuration not reloaded: .*web\.port: unknown key$/),
    expect.stringMatching(/^configuration not reloaded: .*colour: unknown key$/),
  ]);
});

it('applies nothing of a file that changes what can not be changed', async () => {
  const {write, notes, reload} = start();
  write('{jobs: [], storage: {path: other.db}, web: {path: /a, listen: ":1"}}');
  expect(await reload()).toEqual({
    kind: 'refused',
    problems: [
      "storage.path: can't be changed while the bridge runs; start it anew",
      "web.listen: can't be changed while the bridge runs; start it anew",
    ],
  });
  expect(notes).not.toContain('apply /a');
  // Written out, the default is no change.
  write('{jobs: [], storage: {path: data/speedtest-bridge.db}, web: {listen: ":9817"}}');
  expect(await reload()).toEqual({kind: 'reloaded'});
});

it("names the permissions of a socket's file where they alone have changed", async () => {
  const {write, reload} = start(undefined, "{jobs: [], web: {listen: ['unix:/run/a.sock', ':9817']}}");
  write("{jobs: [], web: {listen: ['unix:/run/a.sock', ':9817'], socket_mode: '0600'}}");
  expect(await reload()).toEqual({
    kind: 'refused',
    problems: ["web.socket_mode: can't be changed while the bridge runs; start it anew"],
  });
});

it('tells of what goes wrong on the way, and can be asked again', async () => {
  let failures = 1;
  const {reload} = start(async () => {
    failures -= 1;
    if (failures === 0) throw new Error('the disk is gone');
  });
  expect(await reload()).toEqual({kind: 'failed', problem: 'the disk is gone'});
  expect(await reload()).toEqual({kind: 'reloaded'});
});

it('makes one attempt after the other, and none once it is stopped', async () => {
  let release = (): void => {};
  const {notes, reload, stop} = start(
    () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  );
  const [first, second] = [reload(), reload()];
  await new Promise(setImmediate);
  const stopped = stop();
  release();
  expect(await first).toEqual({kind: 'reloaded'});
  expect(await second).toEqual({kind: 'failed', problem: 'the bridge is stopping'});
  await stopped;
  expect(notes.filter((note) => note.startsWith('apply'))).toHaveLength(1);
});
