import {describe, expect, it} from 'vitest';
import {iperf3Args, iperf3Engine, readIperf3} from '../../../../src/engine/cli/iperf3.ts';
import {standIn} from '../../../fixtures/stand-in.ts';

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};

/** The parts of what iperf3 3.12 prints with -J that matter. */
const recorded = {
  start: {connected: [{socket: 5}], version: 'iperf 3.12', system_info: 'Linux 6.1.0'},
  intervals: [],
  end: {
    sum_sent: {
      seconds: 1.001179,
      bytes: 2_111_569_920,
      bits_per_second: 16_872_666_486.212755,
      sender: false,
    },
    sum_received: {
      seconds: 1.000069,
      bytes: 2_111_569_814,
      bits_per_second: 16_891_393_005.882593,
      sender: false,
    },
  },
};
const failed = (error: string) => ({
  start: {connected: [], version: 'iperf 3.12'},
  intervals: [],
  end: {},
  error,
});
const udp = (packets: number, lost: number) => ({
  ...recorded,
  end: {
    sum_received: {
      ...recorded.end.sum_received,
      jitter_ms: 0.03,
      lost_packets: lost,
      packets,
      lost_percent: 0,
    },
  },
});

const read = (json: unknown, exitCode = 0) =>
  readIperf3('iperf3 with server:5201', {
    exitCode,
    stdout: JSON.stringify(json, undefined, '\t'),
    stderr: '',
  });

describe('what iperf3 prints', () => {
  it("is read from the receiver's side", () => {
    const {seconds, bytes, bits_per_second} = recorded.end.sum_received;
    expect(read(recorded)).toEqual({version: '3.12', received: {seconds, bytes, bits_per_second}});
  });

  it.each([
    ['unable to connect to server: Connection refused', 'connection'],
    ['unable to connect to server: Name or service not known', 'dns'],
    ['unable to connect to server: Temporary failure in name resolution', 'dns'],
    ['unable to connect to server: Network is unreachable', 'no-network'],
    ['unable to connect to server: No route to host', 'no-network'],
    ['unable to connect to server: Cannot assign requested address', 'no-network'],
    ['unable to connect to server: Address family for hostname not supported', 'no-network'],
    ['the server is busy running a test. try again later', 'refused'],
    ['test authorization failed', 'refused'],
    ["client's requested duration exceeds the server's maximum permitted limit", 'refused'],
    ['total required bandwidth is larger than server limit', 'refused'],
    ['the server has terminated', 'connection'],
    ['control socket has closed unexpectedly', 'connection'],
    ['idle timeout for receiving data', 'connection'],
    ['unable to read from stream socket: Connection reset by peer', 'connection'],
    ['some new error', 'bad-output'],
  ])('tells a failure, whatever the exit code: %s', (error, failureClass) => {
    for (const exitCode of [0, 1]) {
      expect(() => read(failed(error), exitCode)).toThrow(
        expect.objectContaining({failureClass, message: `iperf3 with server:5201: ${error}`}),
      );
    }
  });

  it('is bad without the figure of the receiver', () => {
    expect(() => read({...recorded, end: {sum_sent: recorded.end.sum_sent}})).toThrow(
      expect.objectContaining({
        failureClass: 'bad-output',
        message: expect.stringContaining('end.sum_received'),
      }),
    );
  });

  it('is words alone where its arguments are wrong', () => {
    const stderr = 'iperf3: parameter error - unrecognized option\n\nUsage: iperf3 [-s|-c host] [options]\n';
    expect(() => readIperf3('iperf3', {exitCode: 1, stdout: '', stderr})).toThrow(
      expect.objectContaining({
        failureClass: 'bad-output',
        message: expect.stringContaining('(exit code 1)'),
      }),
    );
  });
});

describe('how it is run', () => {
  const settings = {
    path: 'iperf3',
    host: 'iperf.example',
    port: 5201,
    durationMs: 10_000,
    omitMs: 1000,
    streams: 4,
  };
  const common = ['-J', '-c', 'iperf.example', '-p', '5201', '-t', '10'];

  it.each([
    ['download', ['-O', '1', '-R', '-P', '4']],
    ['upload', ['-O', '1', '-P', '4']],
    ['loss', ['-O', '1', '-R', '-u', '-b', '10M']],
  ] as const)('for the %s', (run, args) => {
    expect(iperf3Args({...settings, udpRate: '10M'}, run)).toEqual([...common, ...args]);
  });

  it('over the network of its job', () => {
    const network = {sourceAddress: '192.0.2.10', ipFamily: 4} as const;
    expect(iperf3Args({...settings, omitMs: 0, ...network}, 'upload')).toEqual([
      ...common,
      ...['-P', '4', '-4', '-B', '192.0.2.10'],
    ]);
  });
});

describe('packet loss', () => {
  it.each([
    [200, 5, 2.5],
    [200, 200, 100],
    [200, 0, 0],
    [0, 0, undefined],
    [200, -3, undefined],
  ])('of %i packets, %i of them lost, is %j percent', async (packets, lost, percent) => {
    const {path} = standIn({stdout: JSON.stringify(udp(packets, lost))});
    const settings = {path, host: '::1', port: 5201, durationMs: 1000, omitMs: 0, streams: 1, udpRate: '1M'};
    const {packetLossPercent, server} = await iperf3Engine(settings)(silent, never);
    expect(packetLossPercent).toBe(percent);
    expect(server.host).toBe('[::1]:5201');
  });
});
