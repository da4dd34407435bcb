/**
 * How fast a backlog is delivered, how much it takes, and whether the journal's size matters: `npm run bench:delivery`.
 * Prints a table and exits 1 when a limit is not kept. See README.md in this folder.
 */
import {copyFileSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePort} from '../peers/port.ts';
import {provide} from '../peers/provide.ts';
import {type Child, startChild} from './child.ts';
import {compareJournals, makeJournal} from './journals.ts';
import {median} from './median.ts';
import {away, type Drained, drained, type Received, received} from './messages.ts';
import {startProgram} from './program.ts';
import {pushEach} from './push-timeseries.ts';
import {samplesInResult} from './recorded.ts';
import {createVerdicts} from './verdicts.ts';
import {drainQueue, fillQueue, type Vmagent} from './vmagent.ts';

const rounds = 5;
const results = {few: 1_000, pushedEach: 2_000, backlog: 100_000, many: 1_000_000} as const;

const folder = mkdtempSync(join(tmpdir(), 'speedtest-bridge-bench-'));
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
const file = {
  few: join(folder, 'few.db'),
  backlog: join(folder, 'backlog.db'),
  many: join(folder, 'many.db'),
  drained: join(folder, 'drained.db'),
  queue: join(folder, 'vmagent'),
};
const port = await freePort();
const url = `http://127.0.0.1:${port}/api/v1/write`;

const say = (text: string): void => {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

const places = {cacheFolder: join(process.cwd(), '.cache/peers')};
const vmagent: Vmagent = {path: await provide('vmagent', places), port: await freePort(), url};
const victoriaMetrics = {path: await provide('victoria-metrics', places), port: await freePort()};

/** What a receiver does, its arguments, and whether a limit is set for it: what only reads, stores nothing. */
const receivers = {
  read: {words: 'a receiver that only reads', args: ['read'], limited: false},
  decode: {words: 'a receiver that decodes and counts', args: ['decode'], limited: true},
  forward: {
    words: 'VictoriaMetrics',
    limited: true,
    args: ['forward', `http://127.0.0.1:${victoriaMetrics.port}/api/v1/write`],
  },
} as const;
type Mode = keyof typeof receivers;

const startReceiver = async (mode: Mode): Promise<Child> => {
  const receiver = startChild('receiver', [String(port), ...receivers[mode].args]);
  await receiver.next();
  return receiver;
};

/** Ends the receiver. Gives what it has received, which must be all samples of the results. */
const stopReceiver = async (receiver: Child, sent: number): Promise<Received> => {
  const report = received.parse(await receiver.ask('take'));
  await receiver.stop();
  const expected = sent * samplesInResult;
  if (report.samples !== expected) throw new Error(`received ${report.samples} samples, not ${expected}`);
  return report;
};

/**
 * Drains a copy of the journal in a process of its own.
 * @param state `back`: the receiver has been away for two attempts; `new`: it was there all the time.
 */
const drainJournal = async (journal: string, sent: number, mode: Mode, state: 'back' | 'new') => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file.drained + suffix, {force: true});
  copyFileSync(journal, file.drained);
  const early = state === 'new' ? await startReceiver(mode) : undefined;
  const child = startChild('drain', [file.drained, url]);
  if (state === 'back') {
    away.parse(await child.next());
    away.parse(await child.next());
  }
  const receiver = early ?? (await startReceiver(mode));
  const report = drained.parse(await child.next());
  await child.stop();
  return {...report, ...(await stopReceiver(receiver, sent))};
};

const drainVmagent = async (mode: Mode): Promise<Received> => {
  const receiver = await startReceiver(mode);
  await drainQueue(vmagent, file.queue, receiver);
  return stopReceiver(receiver, results.backlog);
};

const pushEachResult = async (): Promise<Received> => {
  const receiver = await startReceiver('read');
  await pushEach(url, results.pushedEach);
  return stopReceiver(receiver, results.pushedEach);
};

const rate = (runs: readonly Received[]): number =>
  median(runs.map(({samples, durationMs}) => samples / (durationMs / 1000)));
const bytesPerSample = (runs: readonly Received[]): number =>
  median(runs.map(({bytes, samples}) => bytes / samples));
const mebibytes = ({maxRssKiB}: Drained): number => maxRssKiB / 1024;

const verdicts = createVerdicts();

say(`making a journal of ${results.backlog} results, and a queue of vmagent's with the same samples`);
makeJournal(file.backlog, results.backlog);
await fillQueue(vmagent, file.queue, results.backlog);

/** Drains all there is, turn by turn. */
const compare = async (mode: Mode) => {
  say(`draining into ${receivers[mode].words}, ${rounds} times in turn`);
  const runs = {
    back: [] as (Received & Drained)[],
    fresh: [] as (Received & Drained)[],
    vmagent: [] as Received[],
  };
  for (let round = 0; round < rounds; round += 1) {
    runs.back.push(await drainJournal(file.backlog, results.backlog, mode, 'back'));
    runs.fresh.push(await drainJournal(file.backlog, results.backlog, mode, 'new'));
    runs.vmagent.push(await drainVmagent(mode));
  }
  const {words, limited} = receivers[mode];
  const other = `vmagent with ${bytesPerSample(runs.vmagent).toFixed(1)} bytes a sample`;
  const compareRates = limited ? verdicts.atLeast : verdicts.beside;
  compareRates(`${words}, after an outage`, rate(runs.back), rate(runs.vmagent), other);
  verdicts.beside(`${words}, for the first time`, rate(runs.fresh), rate(runs.vmagent), other);
  return runs;
};

const server = await startProgram(
  victoriaMetrics.path,
  [
    `-storageDataPath=${join(folder, 'victoria-metrics')}`,
    `-httpListenAddr=127.0.0.1:${victoriaMetrics.port}`,
    '-retentionPeriod=100y',
    '-loggerLevel=ERROR',
  ],
  `http://127.0.0.1:${victoriaMetrics.port}/health`,
);
await compare('forward');
await server.stop();
await compare('decode');
const {back, fresh} = await compare('read');

say(
  `calling pushTimeseries of prometheus-remote-write for each of ${results.pushedEach} results, ${rounds} times`,
);
const pushes: Received[] = [];
for (let round = 0; round < rounds; round += 1) pushes.push(await pushEachResult());
verdicts.atLeast(
  'for the first time',
  rate(fresh),
  20 * rate(pushes),
  '20 times pushTimeseries for each result',
);

say(`making a journal of ${results.many} results, and draining it`);
makeJournal(file.many, results.many);
const many = await drainJournal(file.many, results.many, 'read', 'back');
verdicts.atMost('compressed size', bytesPerSample(back), 10, 'bytes a sample');
verdicts.atMost('most RSS, 100,000 results', Math.max(...back.map(mebibytes)), 200, 'MiB');
verdicts.atMost('most RSS, 1,000,000 results', mebibytes(many), 200, 'MiB');

say(`appending to journals of ${results.few} and of ${results.many} results, and scraping them, in turn`);
makeJournal(file.few, results.few);
const [small, large] = compareJournals(file.few, file.many);
const noSlower = 1.1; // the disk's own times vary by that much
verdicts.atMost(
  'append and sync, 1,000,000 results',
  large.appendMicros,
  noSlower * small.appendMicros,
  'µs',
);
verdicts.atMost('/prometheus, 1,000,000 results', large.scrapeMicros, noSlower * small.scrapeMicros, 'µs');

if (!verdicts.print()) process.exitCode = 1;
