/**
 * How fast the native engine is, and what it takes, beside iperf3 and librespeed-cli: `npm run bench:engine`.
 * Prints a table and exits 1 when a limit is not kept. See README.md in this folder.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {z} from 'zod';
import {freePort} from '../peers/port.ts';
import {provide} from '../peers/provide.ts';
import {startChild} from './child.ts';
import {median} from './median.ts';
import type {Transferred} from './messages.ts';
import {type Direction, type Run, runEngine, runIperf3, runLibrespeedCli} from './speed-programs.ts';
import {createVerdicts, inGigabits} from './verdicts.ts';

const rounds = 5;
const seconds = 4;
const mostRssMiB = 150;
/** The rate at which the memory is looked at: it grows with what is under way. */
const fastBytesPerSecond = 20e9 / 8;

const folder = mkdtempSync(join(tmpdir(), 'speedtest-bridge-bench-'));
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
const places = {cacheFolder: join(process.cwd(), '.cache/peers')};
const iperf3 = await provide('iperf3', places);
const librespeedCli = await provide('librespeed-cli', places);

const say = (text: string): void => {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

const startIperf3 = async (port: number): Promise<ChildProcess> => {
  const child = spawn(iperf3, ['--server', '--bind', '127.0.0.1', '--port', String(port), '--forceflush'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
};

const iperf3Port = await freePort();
const iperf3Server = await startIperf3(iperf3Port);
const reflector = startChild('reflector', []);
const url = `http://127.0.0.1:${z.number().parse(await reflector.next())}/`;
const tls = {cert: 'test/fixtures/tls/server.pem', key: 'test/fixtures/tls/server.key'} as const;
const trusted = readFileSync('test/fixtures/tls/authority.pem', 'utf8');
const tlsReflector = startChild('reflector', [tls.cert, tls.key]);
const tlsUrl = `https://127.0.0.1:${z.number().parse(await tlsReflector.next())}/`;
const reflectorCpuSeconds = async (): Promise<number> => z.number().parse(await reflector.ask('usage'));

interface WithServer {
  readonly serverCpuSeconds: number;
}

/** Runs a transfer against the reflector, and adds the processor time that the reflector took for it. */
const against = async <R extends Run>(run: () => Promise<R>): Promise<R & WithServer> => {
  const before = await reflectorCpuSeconds();
  const result = await run();
  return {...result, serverCpuSeconds: (await reflectorCpuSeconds()) - before};
};

interface Runs {
  readonly engine: (Transferred & WithServer)[];
  readonly librespeedCli: (Run & WithServer)[];
  readonly oneStream: number[];
  readonly fourStreams: number[];
  /** Over HTTPS. */
  readonly engineTls: Run[];
  readonly librespeedCliTls: Run[];
}

/** Runs all programs, turn by turn. */
const measureAll = async (direction: Direction): Promise<Runs> => {
  const runs: Runs = {
    engine: [],
    librespeedCli: [],
    oneStream: [],
    fourStreams: [],
    engineTls: [],
    librespeedCliTls: [],
  };
  for (let round = 1; round <= rounds; round += 1) {
    say(`${direction}, round ${round} of ${rounds}`);
    runs.engine.push(await against(() => runEngine(direction, url, seconds)));
    runs.librespeedCli.push(
      await against(() => runLibrespeedCli(librespeedCli, folder, direction, url, seconds)),
    );
    runs.oneStream.push(await runIperf3(iperf3, iperf3Port, direction, 1, seconds));
    runs.fourStreams.push(await runIperf3(iperf3, iperf3Port, direction, 4, seconds));
    runs.engineTls.push(await runEngine(direction, tlsUrl, seconds, trusted));
    runs.librespeedCliTls.push(await runLibrespeedCli(librespeedCli, folder, direction, tlsUrl, seconds));
  }
  return runs;
};

const rate = (runs: readonly Run[]): number => median(runs.map(({bytesPerSecond}) => bytesPerSecond));
const perGigabit = (runs: readonly Run[]): number =>
  median(runs.map(({cpuSeconds, bytes}) => cpuSeconds / ((bytes * 8) / 1e9)));
const perGigabitOfBoth = (runs: readonly (Run & WithServer)[]): number =>
  median(
    runs.map(
      ({cpuSeconds, serverCpuSeconds, bytes}) => (cpuSeconds + serverCpuSeconds) / ((bytes * 8) / 1e9),
    ),
  );

const verdicts = createVerdicts();
for (const direction of ['download', 'upload'] as const) {
  const {engine, librespeedCli: cli, oneStream, fourStreams, ...tlsRuns} = await measureAll(direction);
  const others = [
    ['librespeed-cli', rate(cli)],
    ['iperf3, one stream', median(oneStream)],
    ['iperf3, four streams', median(fourStreams)],
  ] as const;
  const best = Math.max(...others.map(([, bytesPerSecond]) => bytesPerSecond));
  for (const [name, bytesPerSecond] of others) {
    const compare = bytesPerSecond === best ? verdicts.atLeast : verdicts.beside;
    compare(direction, rate(engine), bytesPerSecond, name, inGigabits);
  }
  verdicts.atMost(`${direction}, client`, perGigabit(engine) * 1000, perGigabit(cli) * 1000, 'CPU ms/Gbit');
  verdicts.atMost(
    `${direction}, client and reflector`,
    perGigabitOfBoth(engine) * 1000,
    perGigabitOfBoth(cli) * 1000,
    'CPU ms/Gbit',
  );
  verdicts.beside(
    `${direction} over HTTPS`,
    rate(tlsRuns.engineTls),
    rate(tlsRuns.librespeedCliTls),
    'librespeed-cli',
    inGigabits,
  );
  const fast = engine.filter(({bytesPerSecond}) => bytesPerSecond >= fastBytesPerSecond);
  if (fast.length > 0) {
    const most = Math.max(...fast.map(({maxRssMiB}) => maxRssMiB));
    verdicts.atMost(`${direction}, most RSS of the client from 20 Gbit/s on`, most, mostRssMiB, 'MiB');
  }
}
await reflector.stop();
await tlsReflector.stop();
iperf3Server.kill('SIGTERM');
await once(iperf3Server, 'exit');

if (!verdicts.print()) process.exitCode = 1;
