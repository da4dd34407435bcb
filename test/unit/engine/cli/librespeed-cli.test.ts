import {describe, expect, it} from 'vitest';
import {librespeedCliInvocation, readLibrespeedCli} from '../../../../src/engine/cli/librespeed-cli.ts';

/** What librespeed-cli 1.0.13 prints with --json; names and numbers are made up. */
const recorded = {
  timestamp: '2026-03-01T06:07:42.118382412Z',
  server: {name: 'Example, Berlin', url: '//speed.example/backend/'},
  client: {
    ip: '198.51.100.7',
    hostname: '',
    city: 'Berlin',
    region: '',
    country: 'DE',
    loc: '',
    org: 'AS64500 Example Net',
  },
  bytes_sent: 51_234_567,
  bytes_received: 117_654_321,
  ping: 11,
  jitter: 0.75,
  upload: 41.25,
  download: 94.5,
  share: '',
};

const read = (json: unknown) =>
  readLibrespeedCli('librespeed-cli', {exitCode: 0, stdout: JSON.stringify(json), stderr: ''});

describe('what librespeed-cli prints', () => {
  it('is in Mbit/s and milliseconds', () => {
    expect(read([recorded])).toEqual({
      server: {name: 'Example, Berlin', host: 'speed.example'},
      isp: 'Example Net',
      ping: {latencyMs: 11, jitterMs: 0.75},
      download: {bytesPerSecond: 11_812_500, bytes: 117_654_321},
      upload: {bytesPerSecond: 5_156_250, bytes: 51_234_567},
    });
  });

  it('has no latency below the millisecond that it counts in, and no provider where none is known', () => {
    const near = read([{...recorded, ping: 0, jitter: 0, client: {ip: '', org: ''}}]);
    expect(near).not.toHaveProperty('ping');
    expect(near).not.toHaveProperty('isp');
  });

  it('is null where the server does not answer', () => {
    expect(() => read(null)).toThrow(
      expect.objectContaining({
        failureClass: 'no-server',
        message: 'librespeed-cli: the server does not answer',
      }),
    );
  });

  it.each([
    ['no report', [], '0: '],
    ['a report of something else', [{}], '0.server: '],
    ['a rate below nothing', [{...recorded, upload: -4}], 'upload rate of -500000 can not be'],
    ['a rate of nothing', [{...recorded, download: 0}], 'download rate of 0 can not be'],
    ['a latency below nothing', [{...recorded, ping: -1}], 'latency of -1 can not be'],
  ])('is bad: %s', (_, json, problem) => {
    expect(() => read(json)).toThrow(
      expect.objectContaining({failureClass: 'bad-output', message: expect.stringContaining(problem)}),
    );
  });

  it.each([
    ['No server is currently available, please try again later.', 'no-server'],
    [
      'Error when fetching server list: specified server(s) not found: [7]\nTerminated due to error',
      'no-server',
    ],
    ['Error when fetching server list: unexpected end of JSON input\nTerminated due to error', 'no-server'],
    [
      'Error when fetching server list: Get "https://list.example/": dial tcp: lookup list.example: no such host',
      'dns',
    ],
    [
      'Error when fetching server list: Get "https://list.example/": dial tcp 192.0.2.1:443: connect: network is unreachable',
      'no-network',
    ],
    [
      'Error when fetching server list: Get "https://list.example/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'tls',
    ],
  ])('says %j when it fails', (stderr, failureClass) => {
    expect(() => readLibrespeedCli('librespeed-cli', {exitCode: 1, stdout: '', stderr})).toThrow(
      expect.objectContaining({
        failureClass,
        message: expect.stringContaining('librespeed-cli (exit code 1): '),
      }),
    );
  });
});

describe('how it is run', () => {
  const plain = {path: 'librespeed-cli', durationMs: 10_000};

  it('takes a server as a list with nothing else, on its standard input', () => {
    const {args, input = ''} = librespeedCliInvocation({...plain, server: 'https://speed.example/backend/'});
    expect(args).toEqual(['--json', '--duration', '10', '--local-json', '-', '--server', '1']);
    expect(JSON.parse(input)).toEqual([
      {
        id: 1,
        name: 'https://speed.example/backend/',
        server: 'https://speed.example/backend/',
        dlURL: 'garbage.php',
        ulURL: 'empty.php',
        pingURL: 'empty.php',
        getIpURL: 'getIP.php',
      },
    ]);
  });

  it('takes a list, a server of it, and the network', () => {
    const network = {sourceAddress: '::1', ipFamily: 6} as const;
    expect(librespeedCliInvocation({...plain, ...network, serverList: 'list.json', serverId: 7})).toEqual({
      program: 'librespeed-cli',
      args: [
        '--json',
        '--duration',
        '10',
        '--local-json',
        'list.json',
        '--server',
        '7',
        '--ipv6',
        '--source',
        '::1',
      ],
    });
  });
});
