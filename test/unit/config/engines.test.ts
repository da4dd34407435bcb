import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ConfigError, loadConfig} from '../../../src/config/load.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const load = (engines: string, env: Record<string, string> = {}) => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  writeFileSync(file, `jobs: []\nengines: ${engines}\n`);
  return loadConfig({file, flags: {}, env}).engines;
};

const problemsOf = (engines: string): string => {
  try {
    return JSON.stringify(load(engines));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

const jobWith = (...engines: string[]) => `jobs: [{schedule: '@daily', engines: [${engines.join(', ')}]}]\n`;

const problemsOfJob = (text: string): readonly string[] => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  writeFileSync(file, text);
  try {
    loadConfig({file, flags: {}, env: {}});
    return [];
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map((problem) => problem.replaceAll(file, 'bridge.yaml'));
    throw error;
  }
};

describe('engines that are programs', () => {
  it('have their usual names, and accept no licence by themselves', () => {
    expect(load('{}')).toMatchObject({
      ookla: {path: 'speedtest', acceptLicense: false, acceptGdpr: false},
      'speedtest-cli': {path: 'speedtest-cli', secure: false},
      'librespeed-cli': {path: 'librespeed-cli', durationMs: 10_000},
      iperf3: {path: 'iperf3', port: 5201, durationMs: 10_000, omitMs: 1000, streams: 4},
      command: {},
    });
  });

  it('take every setting', () => {
    const settings = load(`
  ookla: {path: /opt/speedtest, accept_license: true, accept_gdpr: true, server_id: 3692}
  speedtest-cli: {path: /opt/speedtest-cli, server_id: 3692, secure: true}
  librespeed-cli: {path: /opt/librespeed-cli, server_list: /dev/null, server_id: 7, duration: 5s}
  iperf3: {path: /opt/iperf3, host: iperf.example, port: 5202, duration: 5s, omit: 0, streams: 1, udp_rate: 2.5M}
  command: {run: [./measure, -p, 5201, '']}`);
    expect(settings).toMatchObject({
      ookla: {path: '/opt/speedtest', acceptLicense: true, acceptGdpr: true, serverId: 3692},
      'speedtest-cli': {path: '/opt/speedtest-cli', serverId: 3692, secure: true},
      'librespeed-cli': {path: '/opt/librespeed-cli', serverList: '/dev/null', serverId: 7, durationMs: 5000},
      iperf3: {
        path: '/opt/iperf3',
        host: 'iperf.example',
        port: 5202,
        omitMs: 0,
        streams: 1,
        udpRate: '2.5M',
      },
      command: {run: ['./measure', '-p', '5201', '']},
    });
  });

  it('take settings by variables, whose names have no dash', () => {
    const variables = {
      SPEEDTEST_BRIDGE_ENGINES_SPEEDTEST_CLI_PATH: '/opt/s',
      SPEEDTEST_BRIDGE_ENGINES_OOKLA_ACCEPT_LICENSE: 'true',
      SPEEDTEST_BRIDGE_ENGINES_COMMAND_RUN: './measure, --line, fibre',
    };
    expect(load('{}', variables)).toMatchObject({
      ookla: {acceptLicense: true},
      'speedtest-cli': {path: '/opt/s'},
      command: {run: ['./measure', '--line', 'fibre']},
    });
  });

  it.each([
    [
      '{iperf3: {host: h, duration: 1500ms}}',
      'engines.iperf3.duration: expected a duration in whole seconds',
    ],
    [
      '{librespeed-cli: {duration: 500ms}}',
      'engines.librespeed-cli.duration: expected a duration in whole seconds',
    ],
    [
      '{iperf3: {udp_rate: fast}}',
      'engines.iperf3.udp_rate: expected a rate in bits per second such as 500K, 10M or 1G',
    ],
    ['{iperf3: {port: 0}}', 'engines.iperf3.port: expected at least 1, found 0'],
    ['{ookla: {server_id: near}}', 'engines.ookla.server_id: expected a number, found "near"'],
    ['{command: {run: []}}', 'engines.command.run[0]: expected a text, found nothing'],
    ["{command: {run: ['']}}", 'engines.command.run[0]: expected a text that is not empty, found ""'],
    [
      "{librespeed-cli: {server: 'http://a/', server_id: 3}}",
      'engines.librespeed-cli.server: expected either server, or server_list and server_id, found "http://a/"',
    ],
    [
      "{librespeed-cli: {server: 'ftp://a/'}}",
      'engines.librespeed-cli.server: expected an http:// or https://',
    ],
  ])('refuse %s', (engines, problem) => {
    expect(problemsOf(engines)).toContain(problem);
  });

  it('are refused to jobs without the settings that they need', () => {
    expect(problemsOfJob(jobWith('iperf3', 'ookla', 'command', 'iperf3'))).toEqual([
      'bridge.yaml:1:38: jobs[0].engines: engine iperf3 needs engines.iperf3.host',
      'bridge.yaml:1:38: jobs[0].engines: engine command needs engines.command.run',
    ]);
    expect(problemsOfJob(`${jobWith('iperf3')}engines: {iperf3: {host: iperf.example}}`)).toEqual([]);
  });
});

it.each(['host:8990/token=0123456789abcdef/', 'http://host:8990/empty?token=0123456789abcdef'])(
  'shows no token of a reflector where its address is refused: %s',
  (server) => {
    expect(problemsOf(`{librespeed: {server: '${server}'}}`)).toContain(
      `, found "${server.replace('0123456789abcdef', '<secret>')}"`,
    );
  },
);

it('measures packet loss by ICMP only where that is allowed', () => {
  expect(load('{}')).toMatchObject({
    librespeed: {icmpPacketLoss: false},
    cloudflare: {icmpPacketLoss: false},
  });
  const allowed = {SPEEDTEST_BRIDGE_ENGINES_CLOUDFLARE_ICMP_PACKET_LOSS: 'true'};
  expect(load('{librespeed: {icmp_packet_loss: true}}', allowed)).toMatchObject({
    librespeed: {icmpPacketLoss: true},
    cloudflare: {icmpPacketLoss: true},
  });
  expect(problemsOf('{librespeed: {icmp_packet_loss: ping}}')).toContain('icmp_packet_loss');
});
