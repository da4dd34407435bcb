import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {type SpeedtestCliSettings, speedtestCliEngine} from '../../../src/engine/cli/speedtest-cli.ts';
import type {JobNetwork} from '../../../src/engine/engine.ts';
import {describeEngine, type EngineFixture} from '../../contract/engine.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {livingMembers, startedGroups} from '../../fixtures/children.ts';
import {type SpeedtestNet, speedtestNet} from '../../fixtures/speedtest-net.ts';
import {type Part, standIn} from '../../fixtures/stand-in.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {freePort} from '../../peers/port.ts';
import {provide} from '../../peers/provide.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};

/** The real speedtest-cli, which takes all hosts to be where the proxy is. */
const throughProxy = async (proxy: string): Promise<string> => {
  const path = join(temporaryFolder(), 'speedtest-cli');
  const unset = [
    'no_proxy',
    'NO_PROXY',
    'HTTP_PROXY',
    'https_proxy',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'all_proxy',
  ];
  const environment = `${unset.map((name) => `-u ${name}`).join(' ')} http_proxy=${proxy}`;
  writeFileSync(path, `#!/bin/sh\nexec env ${environment} ${await provide('speedtest-cli')} "$@"\n`, {
    mode: 0o755,
  });
  return path;
};

const engineFor = (settings: {path: string} & Partial<SpeedtestCliSettings & JobNetwork>) =>
  speedtestCliEngine({secure: false, ...settings});

const against = async (
  answers: SpeedtestNet,
  settings: Partial<SpeedtestCliSettings & JobNetwork> = {},
): Promise<EngineFixture> => {
  const {url, stop} = await startHttpServer(speedtestNet(answers));
  return {engine: engineFor({path: await throughProxy(url.origin), ...settings}), close: stop};
};

const playing = (part: Part) => async (): Promise<EngineFixture> => ({
  engine: engineFor({path: standIn(part).path}),
});

const result = '{"download": -8, "upload": 8, "ping": 1, "bytes_sent": 1, "bytes_received": 1, "server": {}}';

describeEngine('speedtest-cli', {
  phases: ['connect'],
  unmeasured: ['elapsed'],
  working: () => against({}),
  faults: {
    unreachable: async () => ({
      engine: engineFor({path: await throughProxy(`http://127.0.0.1:${await freePort()}`)}),
    }),
    unknown: async () => ({engine: engineFor({path: await throughProxy('http://nothing.invalid:1')})}),
    forbidden: () => against({configStatus: 403}),
    'rate-limited': () => against({configStatus: 429}),
    broken: () => against({configStatus: 503}),
    garbage: () => against({config: '<html>'}),
    'not installed': async () => ({engine: engineFor({path: 'no-such-speedtest-cli'})}),
    killed: playing({ending: 'be killed'}),
    silent: playing({}),
    null: playing({stdout: 'null'}),
    'cut short': playing({stdout: result.slice(0, -1)}),
    endless: playing({ending: 'print for ever'}),
    absurd: playing({stdout: result}),
  },
});

describe('speedtest-cli', () => {
  const open = async (fixture: Promise<EngineFixture>) => {
    const {engine, close} = await fixture;
    if (close) onTestFinished(close);
    return engine;
  };

  it('takes a server and a source address', async () => {
    const engine = await open(against({}, {serverId: 3692, sourceAddress: '127.0.0.1'}));
    const measurement = await engine(silent, never);
    expect(measurement).toMatchObject({
      engine: {name: 'speedtest-cli', version: expect.stringMatching(/^2\.\d+\.\d+$/)},
      server: {id: '3692', name: 'Example Telecom', location: 'Berlin', country: 'Germany'},
      isp: 'Example Net',
    });
  });

  it('has no server of a number that is not in the list', async () => {
    await expect((await open(against({}, {serverId: 1})))(silent, never)).rejects.toMatchObject({
      failureClass: 'no-server',
      message: expect.stringContaining('No matched servers: 1'),
    });
  });

  it('has no server where the one in the list does not answer', async () => {
    const engine = await open(against({serverHost: `127.0.0.1:${await freePort()}`}));
    await expect(engine(silent, never)).rejects.toMatchObject({failureClass: 'no-server'});
  });

  it('leaves no process when it is told to end in the middle', async () => {
    let onDownload = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      onDownload = resolve;
    });
    const engine = await open(against({onDownload: () => onDownload()}));
    const stop = new AbortController();
    const failure = expect(engine(silent, stop.signal)).rejects.toMatchObject({failureClass: 'interrupted'});
    await asked;
    const groups = startedGroups();
    expect(groups).toHaveLength(2);
    stop.abort();
    await failure;
    expect(groups.flatMap(livingMembers)).toEqual([]);
  });
});
