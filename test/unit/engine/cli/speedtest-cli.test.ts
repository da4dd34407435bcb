import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  readSpeedtestCli,
  speedtestCliArgs,
  speedtestCliEngine,
} from '../../../../src/engine/cli/speedtest-cli.ts';
import {EngineError} from '../../../../src/engine/engine.ts';
import {recorded} from '../../../fixtures/speedtest-cli.ts';

const read = (json: unknown) =>
  readSpeedtestCli('speedtest-cli', {exitCode: 0, stdout: `${JSON.stringify(json)}\n`, stderr: ''});
const failing = (stderr: string) => () =>
  readSpeedtestCli('speedtest-cli', {exitCode: 1, stdout: '', stderr: `${stderr}\n`});

describe('what speedtest-cli prints', () => {
  it('is in bits per second and milliseconds', () => {
    expect(read(recorded)).toEqual({
      server: {
        id: '3692',
        name: 'Example Telecom',
        host: 'speed.example:8080',
        country: 'Germany',
        location: 'Berlin',
      },
      isp: 'Example Net',
      ping: {latencyMs: 11.25},
      download: {bytesPerSecond: 93_123_456.789 / 8, bytes: 116_654_321},
      upload: {bytesPerSecond: 41_234_567.891 / 8, bytes: 52_428_800},
    });
  });

  it('has no latency where one of the three requests for it failed', () => {
    expect(read({...recorded, ping: 600_007.5})).not.toHaveProperty('ping');
  });

  it('is of no server where all three failed', () => {
    expect(() => read({...recorded, ping: 1_800_000, download: 0, upload: 0})).toThrow(
      expect.objectContaining({
        failureClass: 'no-server',
        message: 'speedtest-cli: the server does not answer',
      }),
    );
  });

  it.each([
    ['null', null, 'output: '],
    ['a rate of nothing', {...recorded, download: 0}, 'download rate of 0 can not be'],
    ['a rate in words', {...recorded, upload: 'fast'}, 'upload: '],
    ['a rate below nothing', {...recorded, upload: -8}, 'upload rate of -1 can not be'],
  ])('is bad: %s', (_, json, problem) => {
    expect(() => read(json)).toThrow(
      expect.objectContaining({failureClass: 'bad-output', message: expect.stringContaining(problem)}),
    );
  });

  it('is bad where Python wrote what JSON has no words for', () => {
    const stdout = JSON.stringify(recorded).replace('11.25', 'Infinity');
    expect(() => readSpeedtestCli('speedtest-cli', {exitCode: 0, stdout, stderr: ''})).toThrow(
      expect.objectContaining({failureClass: 'bad-output'}),
    );
  });

  it('never is anything but a measurement or a failure with a class', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.anything(), (download, ping, server) => {
        try {
          read({...recorded, download, ping, server});
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
        }
      }),
    );
  });
});

describe('what it says when it fails', () => {
  const config = (reason: string) => `Cannot retrieve speedtest configuration\nERROR: ${reason}`;

  it.each([
    [config('HTTP Error 403: Forbidden'), 'refused', 'ERROR: HTTP Error 403: Forbidden'],
    [config('HTTP Error 429: Too Many Requests'), 'rate-limited', 'ERROR: HTTP Error 429: Too Many Requests'],
    [
      config('HTTP Error 503: Service Unavailable'),
      'no-server',
      'ERROR: HTTP Error 503: Service Unavailable',
    ],
    [
      config('<urlopen error [Errno -2] Name or service not known>'),
      'dns',
      'ERROR: <urlopen error [Errno -2] Name or service not known>',
    ],
    [
      config('<urlopen error [Errno -3] Temporary failure in name resolution>'),
      'dns',
      'ERROR: <urlopen error [Errno -3] Temporary failure in name resolution>',
    ],
    [
      config('<urlopen error [Errno 101] Network is unreachable>'),
      'no-network',
      'ERROR: <urlopen error [Errno 101] Network is unreachable>',
    ],
    [config('<urlopen error timed out>'), 'connection', 'ERROR: <urlopen error timed out>'],
    [
      config('<urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:992)>'),
      'tls',
      'ERROR: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:992)>',
    ],
    ['ERROR: No matched servers: 6616', 'no-server', 'ERROR: No matched servers: 6616'],
    [
      'ERROR: Unable to connect to servers to test latency.',
      'no-server',
      'ERROR: Unable to connect to servers to test latency.',
    ],
    ['Cannot retrieve speedtest server list\nERROR: 1', 'no-server', 'Cannot retrieve speedtest server list'],
  ])('%j', (stderr, failureClass, reason) => {
    expect(failing(stderr)).toThrow(
      expect.objectContaining({failureClass, message: `speedtest-cli (exit code 1): ${reason}`}),
    );
  });
});

describe('how it is run', () => {
  it('takes what it has flags for', () => {
    const path = 'speedtest-cli';
    expect(speedtestCliArgs({path, secure: false})).toEqual(['--json']);
    const settings = {path, secure: true, serverId: 3692, sourceAddress: '192.0.2.10'};
    expect(speedtestCliArgs(settings)).toEqual([
      '--json',
      '--secure',
      '--server',
      '3692',
      '--source',
      '192.0.2.10',
    ]);
  });

  it('is not run for a family of IP without an address of it', async () => {
    const engine = speedtestCliEngine({path: 'no-such-program', secure: false, ipFamily: 6});
    await expect(engine({onProgress: () => undefined}, new AbortController().signal)).rejects.toMatchObject({
      failureClass: 'no-network',
    });
  });
});
