import {writeFileSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {pingEchoes} from '../../../src/engine/cli/ping.ts';
import {startReflector} from '../../../src/reflector/reflector.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {provide} from '../../peers/provide.ts';
import {runCommand, startBridge} from '../bridge.ts';

const never = new AbortController().signal;

/** A folder with a `ping` that is the real program. */
const folderWith = async (name: 'ping' | 'busybox'): Promise<string> => {
  const folder = temporaryFolder();
  const words = name === 'ping' ? '' : ' ping';
  writeFileSync(join(folder, 'ping'), `#!/bin/sh\nexec ${await provide(name)}${words} "$@"\n`, {mode: 0o755});
  return folder;
};

/** Why ICMP can't be sent here, where that is the system's doing. */
const hindranceOf = async (): Promise<string | undefined> => {
  try {
    await pingEchoes({program: await provide('ping'), address: '127.0.0.1', count: 1}, never);
    return undefined;
  } catch (error) {
    const message = String(error);
    return /not permitted|permission denied|socktype/i.test(message) ? message : undefined;
  }
};

const hindrance = await hindranceOf();
if (hindrance !== undefined) console.warn(`ping is not tested: ${hindrance}`);

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({address}) => address === '::1'),
);

/** A server that sends no datagrams back. */
const startServer = async (): Promise<string> => {
  const reflector = await startReflector({host: '127.0.0.1', port: 0, udp: false});
  onTestFinished(() => reflector.close());
  return String(reflector.url);
};

const flags = [
  ['--engines-librespeed-icmp-packet-loss', 'true'],
  ['--engines-librespeed-duration', '500ms'],
].flat();

describe.skipIf(hindrance !== undefined).each(['ping', 'busybox'] as const)('the real %s', (name) => {
  it.each([
    {address: '127.0.0.1'},
    {address: '127.0.0.1', sourceAddress: '127.0.0.2'},
    ...(hasIpv6 ? [{address: '::1'}] : []),
  ])('counts echoes: %j', async (to) => {
    const program = join(await folderWith(name), 'ping');
    expect(await pingEchoes({...to, program, count: 3}, never)).toEqual({sent: 3, received: 3});
  });

  it('says that this machine does not have an address', async () => {
    const program = join(await folderWith(name), 'ping');
    const settings = {program, address: '127.0.0.1', sourceAddress: '192.0.2.77', count: 1};
    await expect(pingEchoes(settings, never)).rejects.toThrow(/^[^\n]+$/);
  });
});

it.skipIf(hindrance !== undefined)(
  'ping gives packet loss where the server sends no datagrams back',
  async () => {
    const env = {PATH: `${await folderWith('ping')}:${process.env['PATH']}`};
    const command = ['test', '--engine', 'librespeed', '--server', await startServer(), '--json', ...flags];
    const {code, stdout, stderr} = await runCommand(command, {cwd: temporaryFolder(), env});
    expect(JSON.parse(stdout)).toMatchObject({status: 'completed', measurement: {packetLossPercent: 0}});
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
  },
);

describe('without ping', () => {
  const warning = 'packet loss is not measured by ICMP: ping: not found';

  it('a test has no packet loss, and says so', async () => {
    const env = {PATH: temporaryFolder()};
    const command = ['test', '--engine', 'librespeed', '--server', await startServer(), '--json', ...flags];
    const {code, stdout, stderr} = await runCommand(command, {cwd: temporaryFolder(), env});
    const {status, measurement} = JSON.parse(stdout);
    expect(status).toBe('completed');
    expect(measurement).not.toHaveProperty('packetLossPercent');
    expect({code, stderr}).toEqual({code: 0, stderr: `${warning}\n`});
  });

  it('a bridge says so once', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const folder = temporaryFolder();
    const bridge = await startBridge(folder, {
      jobs: [{name: 'wan', schedule: '* * * * * *', engines: ['librespeed']}],
      engines: {librespeed: {server: await startServer(), duration: '100ms', icmp_packet_loss: true}},
      storage: {path: join(folder, 'journal.db')},
    });
    const count = (words: string): number => bridge.stderr().split(words).length - 1;
    await vi.waitFor(() => expect(count('test completed')).toBeGreaterThan(1), {timeout: 20_000});
    expect(count(warning)).toBe(1);
  });
});
