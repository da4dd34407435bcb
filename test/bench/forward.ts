/**
 * How much processor time it takes to scrape and to forward, beside vmagent: `npm run bench:forward`.
 * Prints a table and exits 1 when a limit is not kept. See README.md in this folder.
 * Argument: scrapes of each turn; with fewer than ten there is one turn each.
 */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {freePort} from '../peers/port.ts';
import {provide} from '../peers/provide.ts';
import {type Child, startChild} from './child.ts';
import {type Start, startBridge, startScrapingVmagent} from './forward/sender.ts';
import {median} from './median.ts';
import {progress, received} from './messages.ts';
import {cpuSecondsOf, rssMiB} from './usage.ts';
import {createVerdicts} from './verdicts.ts';

const scrapes = Number(process.argv[2] ?? 10);
const rounds = scrapes < 10 ? 1 : 3;
const compared = 100_000;
const sizes = [1_000, 10_000, compared, 500_000] as const;
// A curve that is linear may yet seem to rise by as much, for times vary.
const noise = 1.25;

const root = mkdtempSync(join(tmpdir(), 'speedtest-bridge-bench-'));
process.once('exit', () => rmSync(root, {recursive: true, force: true}));

const say = (text: string): void => {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

interface Turn {
  readonly samples: number;
  readonly scrapes: number;
  readonly cpuSeconds: number;
  /** The most memory that was seen. */
  readonly mostRssMiB: number;
}

const pollMs = 50;
const secondsBetween = (size: number): number => (size > compared ? 10 : 2);

/** Waits for the next scrape's requests, and for as long a pause behind them as there is between two scrapes alone. */
const nextPause = async (receiver: Child, intervalMs: number, look: () => void): Promise<void> => {
  const count = async (): Promise<number> => progress.parse(await receiver.ask('progress'));
  const before = await count();
  for (let last = before, sinceMs = 0; last === before || sinceMs < intervalMs * 0.4; sinceMs += pollMs) {
    await sleep(pollMs);
    look();
    const now = await count();
    if (now !== last) sinceMs = 0;
    last = now;
  }
};

const takeTurn = async (name: string, start: Start, size: number): Promise<Turn> => {
  const folder = join(root, `${name}-${size}`);
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder);
  const [targetPort, receiverPort] = [await freePort(), await freePort()];
  const target = startChild('forward/target', [String(targetPort), String(size)]);
  const receiver = startChild('receiver', [String(receiverPort), 'decode']);
  await Promise.all([target.next(), receiver.next()]);
  const sender = await start({
    folder,
    target: `127.0.0.1:${targetPort}`,
    intervalSeconds: secondsBetween(size),
    receiver: `http://127.0.0.1:${receiverPort}/api/v1/write`,
  });
  let mostRssMiB = 0;
  const look = (): void => {
    mostRssMiB = Math.max(mostRssMiB, rssMiB(sender.pid));
  };
  // What is learnt at the first scrapes is not what goes on.
  for (let scrape = 0; scrape < 4; scrape += 1) await nextPause(receiver, secondsBetween(size) * 1000, look);
  await receiver.ask('take');
  const cpuSecondsBefore = cpuSecondsOf(sender.pid);
  for (let scrape = 0; scrape < scrapes; scrape += 1)
    await nextPause(receiver, secondsBetween(size) * 1000, look);
  const cpuSeconds = cpuSecondsOf(sender.pid) - cpuSecondsBefore;
  const {samples, bytes} = received.parse(await receiver.ask('take'));
  await sender.stop();
  await Promise.all([target.stop(), receiver.stop()]);
  say(
    `  ${name}, ${size} series: ${(samples / cpuSeconds / 1e6).toFixed(2)} million samples per CPU second, ` +
      `${mostRssMiB.toFixed(0)} MiB, ${(bytes / samples).toFixed(1)} bytes a sample`,
  );
  return {samples, cpuSeconds, mostRssMiB, scrapes: samples / size};
};

const rate = (turns: readonly Turn[]): number =>
  median(turns.map(({samples, cpuSeconds}) => samples / cpuSeconds));
const memory = (turns: readonly Turn[]): number => Math.max(...turns.map(({mostRssMiB}) => mostRssMiB));
const cpuMs = (turns: readonly Turn[]): number =>
  median(turns.map((turn) => (turn.cpuSeconds / turn.scrapes) * 1000));

const perCpuSecond = (samples: number): string =>
  `${(samples / 1e6).toFixed(2)} million samples per CPU second`;
const vmagent = startScrapingVmagent(
  await provide('vmagent', {cacheFolder: join(process.cwd(), '.cache/peers')}),
);

say(`scraping ${compared} series and forwarding them, ${rounds} times in turn`);
const turns: Readonly<Record<'bridge' | 'vmagent', Turn[]>> = {bridge: [], vmagent: []};
for (let round = 0; round < rounds; round += 1) {
  turns.bridge.push(await takeTurn('bridge', startBridge, compared));
  turns.vmagent.push(await takeTurn('vmagent', vmagent, compared));
}
const verdicts = createVerdicts();
const what = `${compared.toLocaleString('en')} series`;
verdicts.atLeast(what, rate(turns.bridge), rate(turns.vmagent), 'vmagent', perCpuSecond);
verdicts.atMost(
  `most RSS, ${what}`,
  memory(turns.bridge),
  3 * memory(turns.vmagent),
  'MiB (3 times vmagent)',
);

say('scraping more and fewer');
let fewer: {readonly size: number; readonly ms: number} | undefined;
for (const size of sizes) {
  const ms = cpuMs(size === compared ? turns.bridge : [await takeTurn('bridge', startBridge, size)]);
  const label = `processor time a scrape, ${size.toLocaleString('en')} series`;
  // In proportion, at most: there is less to do for each series where there are more.
  if (fewer !== undefined) verdicts.atMost(label, ms, noise * (size / fewer.size) * fewer.ms, 'ms');
  fewer = {size, ms};
}

if (!verdicts.print()) process.exitCode = 1;
