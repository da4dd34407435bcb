import {writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, onTestFinished, vi} from 'vitest';
import {startHttpServer} from '../../contract/http-server.ts';
import {startCloudflare} from '../../fixtures/cloudflare.ts';
import {trackerRow} from '../../fixtures/tracker.ts';
import {startTrackerApi} from '../../fixtures/tracker-api.ts';
import {freePort} from '../../peers/port.ts';
import {startPushgateway} from '../../peers/pushgateway.ts';
import {startStrictReceiver} from '../../peers/strict-receiver.ts';
import {startProgram} from '../bridge.ts';
import {createClone} from './folder.ts';

/** How the commands that do not end by themselves say that they are ready. */
export const readyWords = {run: / is running\. Open:/, reflector: /^Reflector at /m} as const;

/** What the blocks of a document meet: a folder as a clone is after its build, and the servers that they name. */
export interface Surroundings {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** A block's text with the addresses of running servers, and with this folder's paths, in place of those in it. */
  withAddresses(text: string): Promise<string>;
  /** What the receiver got that the specification forbids. */
  violations(): readonly string[];
  /**
   * Starts a command that does not end by itself, in the folder. Resolves once it has printed what tells that it is ready,
   * with what interrupts it and resolves with its exit code. It is ended with the running test at the latest.
   */
  start(command: string, ready: RegExp): Promise<() => Promise<unknown>>;
}

const start =
  ({folder, env}: Pick<Surroundings, 'folder' | 'env'>): Surroundings['start'] =>
  async (command, ready) => {
    // The kernel ends it when this process dies. exec: so that signals reach the program itself.
    const args = ['--pdeathsig', 'KILL', '--', 'sh', '-c', `exec ${command}`];
    const {child, stdout, stderr, ended} = startProgram('setpriv', args, {cwd: folder, env});
    await vi.waitFor(
      () => {
        if (child.exitCode !== null) throw new Error(`${command} ended: ${stdout()}${stderr()}`);
        expect(`${stdout()}${stderr()}`).toMatch(ready);
      },
      {timeout: 20_000, interval: 50},
    );
    return () => {
      child.kill('SIGINT');
      return ended;
    };
  };

/** Starts what is scraped. Gives its host and port. */
const startExporter = async (): Promise<string> => {
  const exporter = await startHttpServer((response) =>
    response.writeHead(200, {'content-type': 'text/plain'}).end('speedtest_tracker_ping 12\n'),
  );
  onTestFinished(exporter.stop);
  return exporter.url.host;
};

/** Makes them for the running test. */
export const createSurroundings = async (): Promise<Surroundings> => {
  const receiver = await startStrictReceiver();
  onTestFinished(() => receiver.stop());
  const cloudflare = await startCloudflare();
  onTestFinished(() => cloudflare.stop());
  const folder = await createClone(receiver.url);
  const env = {
    PATH: [join(folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(':'),
    SPEEDTEST_BRIDGE_WEB_LISTEN: '127.0.0.1:0',
    SPEEDTEST_BRIDGE_ENGINES_CLOUDFLARE_URL: cloudflare.url.href,
    SPEEDTEST_BRIDGE_ENGINES_CLOUDFLARE_DURATION: '300ms',
    SPEEDTEST_BRIDGE_ENGINES_EMBEDDED_DURATION: '300ms',
    SPEEDTEST_BRIDGE_ENGINES_LIBRESPEED_DURATION: '300ms',
  };
  const startHere = start({folder, env});
  const ownPort = await freePort();

  const startReflector = async (): Promise<string> => {
    const port = await freePort();
    const command = `node dist/main.js reflector --listen 127.0.0.1:${port} --token 0123456789abcdef`;
    await startHere(command, readyWords.reflector);
    return `http://127.0.0.1:${port}`;
  };
  const startTracker = async (tokenFile: string): Promise<string> => {
    const {url, token} = await startTrackerApi([trackerRow()]);
    writeFileSync(join(folder, tokenFile), token);
    return url.origin;
  };
  const servers: ReadonlyMap<string, () => Promise<string>> = new Map([
    ['https://mimir.example', async () => receiver.url],
    [
      'http://pushgateway.example:9091',
      async () => {
        const pushgateway = await startPushgateway();
        onTestFinished(() => pushgateway.stop());
        return pushgateway.url;
      },
    ],
    ['http://office.example:8989', startReflector],
    ['https://speedtest.example/backend', async () => `${await startReflector()}/token=0123456789abcdef`],
    // The reflector that a block starts, and the one against which another tests.
    [' --listen :8989', async () => ` --listen 127.0.0.1:${ownPort}`],
    ['http://other.example:8989', async () => `http://127.0.0.1:${ownPort}`],
    ['https://speed.example', () => startTracker('token')],
    ['http://speedtest-tracker.example', () => startTracker('tracker-token')],
    ['tracker.example:8080', startExporter],
    ['/config/database.sqlite', async () => join(folder, 'tracker.sqlite')],
    ['/var/lib/prometheus/data', async () => join(folder, 'prometheus')],
  ]);
  return {
    folder,
    env,
    withAddresses: async (text) => {
      let changed = text;
      for (const [named, begin] of servers) {
        if (text.includes(named)) changed = changed.replaceAll(named, await begin());
      }
      return changed;
    },
    violations: () => [...receiver.violations, ...receiver.conflicts],
    start: startHere,
  };
};
