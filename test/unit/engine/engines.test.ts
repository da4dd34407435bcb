import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {engines} from '../../../src/config/engines.ts';
import type {Engine, JobNetwork} from '../../../src/engine/engine.ts';
import {createEngines, type EngineName, type EngineSettings} from '../../../src/engine/engines.ts';
import {startReflector} from '../../../src/reflector/reflector.ts';
import {startCloudflare} from '../../fixtures/cloudflare.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../fixtures/tls.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};
const brief = {durationMs: 500, connections: 1};

const engine = (name: EngineName, settings: Partial<EngineSettings>, network: JobNetwork = {}): Engine => {
  const cloudflare = {...brief, url: 'http://127.0.0.1:9/'};
  const all = {...engines.parse({}), embedded: brief, librespeed: brief, cloudflare};
  const [named] = createEngines([name], {...all, ...settings}, network, '1.2.3');
  if (named === undefined) throw new Error('no engine');
  return named.engine;
};

const file = (name: string, text: string): string => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
};

const reflector = async (): Promise<string> => {
  const {url, close} = await startReflector({host: '127.0.0.1', port: 0});
  onTestFinished(close);
  return url;
};

const entry = {dlURL: 'garbage', ulURL: 'empty', pingURL: 'empty', getIpURL: 'getIP'};

it('a pinned server of a list is used, though another is nearer', async () => {
  const [first, second] = [await reflector(), await reflector()];
  const serverList = file(
    'servers.json',
    JSON.stringify([
      {...entry, id: 1, name: 'one', server: first},
      {...entry, id: 2, name: 'two', server: second},
    ]),
  );
  for (const [serverId, id] of [
    ['2', '2'],
    ['one', '1'],
  ] as const) {
    const run = engine('librespeed', {librespeed: {...brief, serverList, serverId}});
    expect((await run(silent, never)).server.id).toBe(id);
  }
  const unknown = engine('librespeed', {librespeed: {...brief, serverList, serverId: '3'}});
  await expect(unknown(silent, never)).rejects.toMatchObject({
    failureClass: 'no-server',
    message: 'the server list has no "3": it has 1 (one), 2 (two)',
  });
});

it('a list is read again at each test', async () => {
  const serverList = file('servers.json', '[]');
  const run = engine('librespeed', {librespeed: {...brief, serverList}});
  await expect(run(silent, never)).rejects.toMatchObject({failureClass: 'bad-output'});
  writeFileSync(serverList, JSON.stringify([{...entry, name: 'one', server: await reflector()}]));
  expect((await run(silent, never)).server.name).toBe('one');
});

it.each(['librespeed', 'cloudflare'] as const)(
  '%s trusts the authorities of a file, which is read at each test',
  async (name) => {
    const {url, stop} = await startCloudflare({}, certificates.server);
    onTestFinished(stop);
    const caFile = file('authorities.pem', authorities.other);
    const run = engine(name, {
      librespeed: {...brief, server: url.href, caFile},
      cloudflare: {...brief, url: url.href, caFile},
    });
    await expect(run(silent, never)).rejects.toMatchObject({failureClass: 'tls'});
    writeFileSync(caFile, authorities.ours);
    // The service does not speak LibreSpeed: who asks has trusted it then.
    if (name === 'librespeed')
      await expect(run(silent, never)).rejects.toMatchObject({failureClass: 'no-server'});
    else expect((await run(silent, never)).engine.name).toBe('cloudflare');
  },
);

// Other systems have 127.0.0.1 alone on their loopback.
it.runIf(process.platform === 'linux')(
  'every connection of a test goes out from its source address',
  async () => {
    const {url, clients, stop} = await startCloudflare();
    onTestFinished(stop);
    const run = engine('cloudflare', {cloudflare: {...brief, url: url.href}}, {sourceAddress: '127.0.0.2'});
    await run(silent, never);
    expect([...clients]).toEqual(['127.0.0.2']);
  },
);

it('a source address that this machine does not have fails the test', async () => {
  const server = await reflector();
  const run = engine('librespeed', {librespeed: {...brief, server}}, {sourceAddress: '192.0.2.1'});
  await expect(run(silent, never)).rejects.toMatchObject({
    failureClass: 'no-network',
    message: `looking for a LibreSpeed server at ${server} (from 192.0.2.1): this machine has no such source address`,
  });
});
