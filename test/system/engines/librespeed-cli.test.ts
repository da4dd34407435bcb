import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {type LibrespeedCliSettings, librespeedCliEngine} from '../../../src/engine/cli/librespeed-cli.ts';
import type {JobNetwork} from '../../../src/engine/engine.ts';
import {startReflector} from '../../../src/reflector/reflector.ts';
import {describeEngine, type EngineFixture} from '../../contract/engine.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {livingMembers, startedGroups} from '../../fixtures/children.ts';
import {type Part, standIn} from '../../fixtures/stand-in.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {freePort} from '../../peers/port.ts';
import {provide} from '../../peers/provide.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};

const engineFor = async (settings: Partial<LibrespeedCliSettings & JobNetwork>) =>
  librespeedCliEngine({path: await provide('librespeed-cli'), durationMs: 1000, ...settings});

const playing = (part: Part) => async (): Promise<EngineFixture> => ({
  engine: await engineFor({path: standIn(part).path}),
});

const report =
  '[{"server": {"name": "", "url": "http://a/"}, "bytes_sent": 1, "bytes_received": 1, "ping": 1, "jitter": 0, "upload": 1, "download": -1}]';

describeEngine('librespeed-cli', {
  phases: ['connect'],
  // It has no time of the directions, and a latency below its millisecond on loopback.
  unmeasured: ['ping', 'elapsed'],
  working: async () => {
    const reflector = await startReflector({host: '127.0.0.1', port: 0});
    return {engine: await engineFor({server: String(reflector.url)}), close: () => reflector.close()};
  },
  faults: {
    'not installed': async () => ({engine: await engineFor({path: 'no-such-librespeed-cli'})}),
    killed: playing({ending: 'be killed'}),
    silent: playing({}),
    'cut short': playing({stdout: report.slice(0, -1)}),
    endless: playing({ending: 'print for ever'}),
    absurd: playing({stdout: report}),
  },
});

describe('librespeed-cli', () => {
  const reflectorUrl = async (): Promise<string> => {
    const reflector = await startReflector({host: '127.0.0.1', port: 0});
    onTestFinished(() => reflector.close());
    return String(reflector.url);
  };

  const listOf = (server: string): string => {
    const file = join(temporaryFolder(), 'servers.json');
    const paths = {dlURL: 'garbage', ulURL: 'empty', pingURL: 'empty', getIpURL: 'getIP'};
    writeFileSync(file, JSON.stringify([{id: 7, name: 'Reflector', server, ...paths}]));
    return file;
  };

  it('takes a server of a list, a source address and a family', async () => {
    const url = await reflectorUrl();
    const settings = {serverList: listOf(url), serverId: 7, sourceAddress: '127.0.0.1', ipFamily: 4} as const;
    const {engine, server} = await (await engineFor(settings))(silent, never);
    expect(engine).toEqual({name: 'librespeed-cli', version: expect.stringMatching(/^1\.\d+\.\d+$/)});
    expect(server).toEqual({name: 'Reflector', host: new URL(url).host});
  });

  it('says null of a server that does not answer, which is none', async () => {
    const engine = await engineFor({server: `http://127.0.0.1:${await freePort()}/`});
    await expect(engine(silent, never)).rejects.toMatchObject({
      failureClass: 'no-server',
      message: expect.stringMatching(/the server does not answer$/),
    });
  });

  it.each<[string, Partial<LibrespeedCliSettings>]>([
    ['is not in the list', {serverId: 8}],
    ['is in a list that is none', {serverList: '/dev/null'}],
  ])('has no server where it %s', async (_, settings) => {
    const engine = await engineFor({serverList: listOf(await reflectorUrl()), ...settings});
    await expect(engine(silent, never)).rejects.toMatchObject({failureClass: 'no-server'});
  });

  it('leaves no process when it is told to end in the middle', async () => {
    let onAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    const {url, stop} = await startHttpServer((response, {path}) => {
      if (path.startsWith('/garbage')) onAsked();
      else response.end();
    });
    onTestFinished(stop);
    const abort = new AbortController();
    const engine = await engineFor({server: url.href, durationMs: 60_000});
    const failure = expect(engine(silent, abort.signal)).rejects.toMatchObject({failureClass: 'interrupted'});
    await asked;
    const groups = startedGroups();
    expect(groups).toHaveLength(2);
    abort.abort();
    await failure;
    expect(groups.flatMap(livingMembers)).toEqual([]);
  });
});
