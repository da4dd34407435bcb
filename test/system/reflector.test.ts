import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {describe, expect, it, vi} from 'vitest';
import {z} from 'zod';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {provide} from '../peers/provide.ts';
import {type Command, runCommand, startCommand} from './bridge.ts';

const token = '0123456789abcdef';
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const tls = ['--tls-cert', fixture('server.pem'), '--tls-key', fixture('server.key')];

/** The command `reflector` on a free port of 127.0.0.1, and the address that it says it has, up to its token. */
const startReflector = async (...flags: readonly string[]): Promise<Command & {readonly base: string}> => {
  const args = ['reflector', '--listen', '127.0.0.1:0', ...flags];
  const command = startCommand(args, {cwd: temporaryFolder()});
  const base = await vi.waitFor(
    () => {
      const found = /Reflector at (https?:\/\/[^/]+\/)/.exec(command.stdout())?.[1];
      if (found === undefined) throw new Error(`no address yet: ${command.stderr()}`);
      return found;
    },
    {timeout: 20_000},
  );
  return {...command, base};
};

const report = z
  .array(z.object({download: z.number(), upload: z.number(), ping: z.number(), bytes_received: z.number()}))
  .nullable();

/** What the real librespeed-cli measures against a server, given as its list has it: `null` when it finds it down. */
const librespeed = async (server: Readonly<Record<string, string>>, ...flags: readonly string[]) => {
  const list = join(temporaryFolder(), 'servers.json');
  const paths = {dlURL: 'garbage', ulURL: 'empty', pingURL: 'empty', getIpURL: 'getIP'};
  writeFileSync(list, JSON.stringify([{id: 1, name: 'reflector', ...paths, ...server}]));
  const args = ['--local-json', list, '--server', '1', '--json', '--no-icmp', '--duration', '1', ...flags];
  const {stdout} = await promisify(execFile)(await provide('librespeed-cli'), args, {timeout: 60_000});
  return report.parse(JSON.parse(stdout));
};

const expectMeasured = (measured: Awaited<ReturnType<typeof librespeed>>): void => {
  expect(measured).toHaveLength(1);
  for (const {download, upload, bytes_received} of measured ?? []) {
    expect(download).toBeGreaterThan(0);
    expect(upload).toBeGreaterThan(0);
    expect(bytes_received).toBeGreaterThan(1_000_000);
  }
};

describe('librespeed-cli', () => {
  it('measures against the reflector, in either layout', async () => {
    const {base} = await startReflector();
    expectMeasured(await librespeed({server: base}));
    expectMeasured(
      await librespeed({
        server: `${base}backend/`,
        dlURL: 'garbage.php',
        ulURL: 'empty.php',
        pingURL: 'empty.php',
        getIpURL: 'getIP.php',
      }),
    );
  });

  it('carries a token in its address, in the path or the query, over TLS', async () => {
    const {base, child, ended, stderr} = await startReflector('--token', token, ...tls);
    expect(base).toMatch(/^https:/);
    expectMeasured(
      await librespeed({server: `${base}token=${token}/`}, '--ca-cert', fixture('authority.pem')),
    );
    expectMeasured(await librespeed({server: `${base}?token=${token}`}, '--skip-cert-verify'));
    expect(await librespeed({server: `${base}token=another0123456789/`}, '--skip-cert-verify')).toBeNull();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(stderr()).toContain('127.0.0.1 gives a wrong token');
    expect(stderr()).toMatch(/refused: token [1-9]/);
    expect(stderr()).not.toContain('another0123456789');
  });

  it('is turned away by the allowlist', async () => {
    const {base} = await startReflector('--allowed-ips', '127.0.0.9,::1');
    expect(await librespeed({server: base})).toBeNull();
  });
});

it('gives the bridge its packet loss', async () => {
  const {base} = await startReflector('--token', token);
  const server = `${base}token=${token}/`;
  const args = ['test', '--engine', 'librespeed', '--server', server, '--json'];
  const {code, stdout} = await runCommand([...args, '--engines-librespeed-duration', '1s'], {
    cwd: temporaryFolder(),
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({status: 'completed', measurement: {packetLossPercent: 0}});
  expect(stdout).not.toContain(token);
});

it.each([
  [['--max-bytes', '5x'], /^--max-bytes "5x": expected an amount of data/],
  [['--token', 'short'], /^--token: a token has at least 16 characters\n$/],
  [['--tls-cert', 'cert.pem'], /^--tls-cert and --tls-key: give both or none\n$/],
  [['--listen', ':1', '--listen', ':2'], /^--listen is given more than once\n$/],
])('%j ends with 2 and says why', async (flags, message) => {
  const {code, stdout, stderr} = await runCommand(['reflector', ...flags], {cwd: temporaryFolder()});
  expect(stderr).toMatch(message);
  expect({code, stdout}).toEqual({code: 2, stdout: ''});
});

it('ends with 1 and one line when it can not start', async () => {
  const flags = ['--listen', '127.0.0.1:0', '--tls-cert', 'none.pem', '--tls-key', 'none.key'];
  const {code, stderr} = await runCommand(['reflector', ...flags], {cwd: temporaryFolder()});
  expect(stderr).toMatch(/^the TLS files none\.pem and none\.key can't be used: ENOENT[^\n]+\n$/);
  expect(code).toBe(1);
});
