import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, vi} from 'vitest';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {startCloudflare} from '../../fixtures/cloudflare.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {completed} from '../../fixtures/results.ts';
import {tlsFile} from '../../fixtures/tls.ts';
import {freePort} from '../../peers/port.ts';
import {provide} from '../../peers/provide.ts';
import {startPushgateway} from '../../peers/pushgateway.ts';
import {startStrictReceiver} from '../../peers/strict-receiver.ts';

/** How the commands that do not end by themselves say that they are ready. */
export const readyWords = {run: / is running\. Open:/, reflector: /^Reflector at /m} as const;

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Running {
  /** Ends it with a signal, where it has not ended. Resolves with its exit code, or with the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<unknown>;
}

/** What the documents' blocks meet: a folder as a clone is after its build, and the servers that they name. */
export interface Surroundings {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** A block's text, with the addresses of its servers in place of those in it. */
  withAddresses(text: string): string;
  /** What the receivers got that the specification forbids. */
  violations(): readonly string[];
  /**
   * Starts a command that does not end by itself. Resolves once it has printed what tells that it is ready; rejects where
   * it ends before.
   */
  start(command: string, ready: RegExp): Promise<Running>;
  /** Ends what was started, and removes the folder. */
  close(): Promise<void>;
}

// Stands in for Ookla's own program, which nobody may redistribute.
const ooklaProgram = `#!/bin/sh
[ "$1" = --version ] && echo 'Speedtest by Ookla 1.2.0.84' || echo '${JSON.stringify(recorded)}'
`;

/** As `npm install -g .` puts it on PATH. */
const installedProgram = `#!/bin/sh
exec node '${root}dist/main.js' "$@"
`;

/** Makes the folder, with what a clone has, programs on PATH, a journal, and the files that configurations name. */
const createFolder = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'speedtest-bridge-documents-'));
  for (const name of ['dist', 'examples', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(await provide('promtool'), join(folder, 'bin/promtool'));
  for (const [name, text] of [
    ['speedtest', ooklaProgram],
    ['speedtest-bridge', installedProgram],
  ] as const) {
    writeFileSync(join(folder, 'bin', name), text);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  mkdirSync(join(folder, 'data'));
  const journal = openJournal(join(folder, 'data/speedtest-bridge.db'));
  journal.append(completed());
  journal.close();
  writeFileSync(join(folder, 'password'), 'a password\n');
  copyFileSync(tlsFile('server.pem'), join(folder, 'server.crt'));
  copyFileSync(tlsFile('server.key'), join(folder, 'server.key'));
  return folder;
};

/** Makes them. Whoever calls this closes them. */
export const createSurroundings = async (): Promise<Surroundings> => {
  const folder = await createFolder();
  const running: Running[] = [];
  const [receiver, pushgateway, cloudflare, here, other] = await Promise.all([
    startStrictReceiver(),
    startPushgateway(),
    startCloudflare(),
    freePort(),
    freePort(),
  ]);
  const addresses: readonly (readonly [string, string])[] = [
    ['https://mimir.example', receiver.url],
    ['http://pushgateway.example:9091', pushgateway.url],
    ['https://speedtest.example/backend/', `http://127.0.0.1:${here}/token=0123456789abcdef/`],
    ['http://office.example:8989', `http://127.0.0.1:${here}`],
    ['http://other.example:8989', `http://127.0.0.1:${other}`],
    [' --listen :8989', ` --listen 127.0.0.1:${other}`],
    ['/var/lib/prometheus/data', join(folder, 'prometheus')],
  ];
  // For blocks that show none, or come before one.
  writeFileSync(
    join(folder, 'speedtest-bridge.yaml'),
    `jobs: [{name: wan, schedule: '7 * * * *', engines: [embedded]}]\nremote_write: [{name: store, url: '${receiver.url}'}]\n`,
  );
  const env = {
    PATH: [join(folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(':'),
    SPEEDTEST_BRIDGE_WEB_LISTEN: '127.0.0.1:0',
    SPEEDTEST_BRIDGE_ENGINES_CLOUDFLARE_URL: cloudflare.url.href,
    SPEEDTEST_BRIDGE_ENGINES_CLOUDFLARE_DURATION: '300ms',
    SPEEDTEST_BRIDGE_ENGINES_EMBEDDED_DURATION: '300ms',
    SPEEDTEST_BRIDGE_ENGINES_LIBRESPEED_DURATION: '300ms',
  };
  const start = async (command: string, ready: RegExp): Promise<Running> => {
    // The kernel ends it when this process dies. exec: so that signals reach the program itself.
    const args = ['--pdeathsig', 'KILL', '--', 'sh', '-c', `exec ${command}`];
    const child = spawn('setpriv', args, {cwd: folder, env: {...process.env, ...env}});
    const closed = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
    const end = (signal: NodeJS.Signals): Promise<unknown> => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return closed;
    };
    running.push({end});
    await vi.waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`${command} ended: ${printed}`);
        expect(printed).toMatch(ready);
      },
      {timeout: 20_000, interval: 50},
    );
    return {end};
  };
  const close = async (): Promise<void> => {
    await Promise.all(running.map(({end}) => end('SIGTERM')));
    await Promise.all([receiver.stop(), pushgateway.stop(), cloudflare.stop()]);
    rmSync(folder, {recursive: true});
  };
  await start(
    `node dist/main.js reflector --listen 127.0.0.1:${here} --token 0123456789abcdef`,
    readyWords.reflector,
  ).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    folder,
    env,
    withAddresses: (text) => addresses.reduce((changed, [from, to]) => changed.replaceAll(from, to), text),
    violations: () => [...receiver.violations, ...receiver.conflicts],
    start,
    close,
  };
};
