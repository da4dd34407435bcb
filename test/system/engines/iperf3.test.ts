import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {type Iperf3Settings, iperf3Engine} from '../../../src/engine/cli/iperf3.ts';
import type {JobNetwork} from '../../../src/engine/engine.ts';
import {describeEngine, type EngineFixture} from '../../contract/engine.ts';
import {livingMembers, startedGroups} from '../../fixtures/children.ts';
import {type Part, standIn} from '../../fixtures/stand-in.ts';
import {startIperf3} from '../../peers/iperf3.ts';
import {freePort, listenOnFreePort} from '../../peers/port.ts';
import {provide} from '../../peers/provide.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};

const engineFor = async (settings: Partial<Iperf3Settings & JobNetwork>) =>
  iperf3Engine({
    path: await provide('iperf3'),
    host: '127.0.0.1',
    port: 1,
    durationMs: 1000,
    omitMs: 0,
    streams: 1,
    ...settings,
  });

const working = async (settings: Partial<Iperf3Settings & JobNetwork> = {}): Promise<EngineFixture> => {
  const {port, stop} = await startIperf3();
  return {engine: await engineFor({port, ...settings}), close: stop};
};

const playing = (part: Part) => async (): Promise<EngineFixture> => ({
  engine: await engineFor({path: standIn(part).path}),
});

const report =
  '{"start": {"version": "iperf 3.12"}, "end": {"sum_received": {"seconds": 1, "bytes": 1, "bits_per_second": -8}}}';

describeEngine('iperf3', {
  phases: ['connect', 'download', 'upload'],
  unmeasured: ['ping'],
  working: () => working(),
  faults: {
    gone: async ({moving}) => {
      const {port, stop} = await startIperf3();
      const stopped = moving.then(stop);
      return {engine: await engineFor({port}), close: () => stopped};
    },
    unreachable: async () => ({engine: await engineFor({port: await freePort()})}),
    unknown: async () => ({engine: await engineFor({host: 'nothing.invalid'})}),
    'no network': () => working({sourceAddress: '192.0.2.77'}),
    garbage: playing({stdout: '<html>'}),
    'not installed': async () => ({engine: await engineFor({path: 'no-such-iperf3'})}),
    killed: playing({ending: 'be killed'}),
    silent: playing({}),
    null: playing({stdout: 'null'}),
    'cut short': playing({stdout: report.slice(0, -1)}),
    endless: playing({ending: 'print for ever'}),
    absurd: playing({stdout: report}),
  },
});

/** The engine of a fixture that is closed with the running test. */
const open = async ({engine, close}: EngineFixture) => {
  if (close) onTestFinished(close);
  return engine;
};

describe('iperf3', () => {
  it('measures packet loss where a rate for it is given, with several streams, over a source address', async () => {
    const engine = await open(
      await working({udpRate: '1M', streams: 2, sourceAddress: '127.0.0.1', ipFamily: 4}),
    );
    const {engine: identity, packetLossPercent} = await engine(silent, never);
    expect(identity).toEqual({name: 'iperf3', version: expect.stringMatching(/^3\.\d+/)});
    expect(packetLossPercent).toBeGreaterThanOrEqual(0);
    expect(packetLossPercent).toBeLessThanOrEqual(100);
  });

  it('is refused by a server that is busy with the test of another', async () => {
    const {port, stop} = await startIperf3();
    onTestFinished(stop);
    const args = ['-c', '127.0.0.1', '-p', String(port), '-t', '60', '-b', '1M', '--forceflush'];
    const other = spawn(await provide('iperf3'), args, {stdio: ['ignore', 'pipe', 'ignore']});
    onTestFinished(async () => {
      other.kill('SIGKILL');
      await once(other, 'close');
    });
    for await (const text of other.stdout.setEncoding('utf8').iterator({destroyOnReturn: false})) {
      if (text.includes('connected to')) break;
    }
    await expect((await engineFor({port}))(silent, never)).rejects.toMatchObject({
      failureClass: 'refused',
      message: expect.stringContaining(`127.0.0.1:${port}: the server is busy running a test`),
    });
  });

  it('has no way out over a family that the server does not have', async () => {
    const engine = await open(await working({ipFamily: 6}));
    await expect(engine(silent, never)).rejects.toMatchObject({failureClass: 'no-network'});
  });

  it('leaves no process when it is told to end while a server keeps it waiting', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    const accepted = new Promise<void>((resolve) => server.once('connection', () => resolve()));
    const port = await listenOnFreePort(server);
    onTestFinished(() => void server.close());
    const stop = new AbortController();
    const engine = await engineFor({port});
    const failure = expect(engine(silent, stop.signal)).rejects.toMatchObject({failureClass: 'interrupted'});
    await accepted;
    const groups = startedGroups();
    expect(groups).toHaveLength(2);
    stop.abort();
    await failure;
    expect(groups.flatMap(livingMembers)).toEqual([]);
  });
});
