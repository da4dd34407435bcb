/**
 * How fast the bridge is scraped, beside prom-client and the Pushgateway, and what could slow it down:
 * `npm run bench:scrape`. Prints a table and exits 1 when a limit is not kept. See README.md in this folder.
 * Argument: seconds of each turn; with fewer than five, all else is shorter as well.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {encodeText} from '../../src/exposition/text.ts';
import {freePort} from '../peers/port.ts';
import {provide} from '../peers/provide.ts';
import {type Child, startChild} from './child.ts';
import {makeJournal} from './journals.ts';
import {median} from './median.ts';
import {startProgram} from './program.ts';
import {startBridge} from './scrape/bridge.ts';
import {type Load, type LoadRequest, load} from './scrape/messages.ts';
import {newestSamples} from './scrape/result.ts';
import {createVerdicts} from './verdicts.ts';

const seconds = Number(process.argv[2] ?? 5);
const isShort = seconds < 5;
const connections = 32;
const rounds = isShort ? 1 : 5;
const warmUpSeconds = seconds / 5;
const manyResults = isShort ? 200_000 : 1_000_000;
const manyScrapes = isShort ? 100_000 : 1_000_000;
// Medians of turns of one and the same server differ by up to as much.
const noise = 0.1;

const folder = mkdtempSync(join(tmpdir(), 'speedtest-bridge-bench-'));
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));

const say = (text: string): void => {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

const generator = startChild('scrape/load', [String(connections)]);
await generator.next();
const scrape = async (request: LoadRequest): Promise<Load> => load.parse(await generator.ask(request));

/** What is scraped, and what was seen in each turn. */
interface Scraped {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly turns: Load[];
}
const scraped = (name: string, port: number, path: string): Scraped => ({name, port, path, turns: []});

const aSecond = (perSecond: number): string => `${Math.round(perSecond)}/s`;

const takeTurn = async ({name, port, path, turns}: Scraped): Promise<void> => {
  await scrape({port, path, seconds: warmUpSeconds});
  const turn = await scrape({port, path, seconds});
  turns.push(turn);
  say(
    `  ${name}: ${aSecond(turn.perSecond)}, p50 ${turn.p50Ms.toFixed(2)} ms, p99 ${turn.p99Ms.toFixed(2)} ms`,
  );
};
const inTurn = async (...servers: readonly Scraped[]): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) for (const server of servers) await takeTurn(server);
};
const rate = ({turns}: Scraped): number => median(turns.map(({perSecond}) => perSecond));
const p99 = ({turns}: Scraped): number => median(turns.map(({p99Ms}) => p99Ms));

const startModule = async (name: 'scrape/prom-client' | 'scrape/fixed'): Promise<[Child, Scraped]> => {
  const port = await freePort();
  const child = startChild(name, [String(port)]);
  await child.next();
  return [child, scraped(name, port, '/metrics')];
};

const startPushgateway = async () => {
  const port = await freePort();
  const path = await provide('pushgateway', {cacheFolder: join(process.cwd(), '.cache/peers')});
  const address = `127.0.0.1:${port}`;
  const args = [`--web.listen-address=${address}`, '--persistence.file=', '--log.level=error'];
  const program = await startProgram(path, args, `http://${address}/-/ready`);
  const {ok} = await fetch(`http://${address}/metrics/job/speedtest`, {
    method: 'PUT',
    body: encodeText(newestSamples()),
  });
  if (!ok) throw new Error('the Pushgateway did not take the result');
  return [program, scraped('Pushgateway', port, '/metrics')] as const;
};

const file = {one: join(folder, 'one.db'), many: join(folder, 'many.db')};
makeJournal(file.one, 1);
const bridge = await startBridge(folder, file.one);
const ofOne = scraped('bridge', bridge.port, '/prometheus');
const verdicts = createVerdicts();

say(
  `scraping the bridge, prom-client, the Pushgateway, and a server of fixed bytes, ${rounds} times in turn`,
);
const [promClient, ofPromClient] = await startModule('scrape/prom-client');
const [pushgateway, ofPushgateway] = await startPushgateway();
const [fixed, ofFixed] = await startModule('scrape/fixed');
await inTurn(ofOne, ofPromClient, ofPushgateway, ofFixed);
for (const server of [promClient, pushgateway, fixed]) await server.stop();
verdicts.beside('the most that the load generator gives', rate(ofFixed), rate(ofOne), 'the bridge', aSecond);
verdicts.atLeast('scrapes', rate(ofOne), 4 * rate(ofPromClient), '4 times prom-client', aSecond);
verdicts.atMost('p99, a quarter of prom-client’s', p99(ofOne), p99(ofPromClient) / 4, 'ms');
verdicts.beside('scrapes', rate(ofOne), rate(ofPushgateway), 'the Pushgateway', aSecond);
verdicts.atMost('p99, beside the Pushgateway’s', p99(ofOne), p99(ofPushgateway), 'ms');

say(`scraping ${manyScrapes} times`);
// One reading tells more of when garbage was last collected than of what is kept.
const memoryMiB: number[] = [];
for (let part = 0; part < 20; part += 1) {
  await scrape({port: bridge.port, path: '/prometheus', seconds: 600, requests: manyScrapes / 10});
  memoryMiB.push(bridge.memoryMiB());
}
const [firstMiB, secondMiB] = [memoryMiB.slice(0, 10), memoryMiB.slice(10)].map((part) => Math.max(...part));
verdicts.atMost(`most memory in ${manyScrapes} scrapes more`, secondMiB ?? NaN, (firstMiB ?? NaN) + 5, 'MiB');

say(`making a journal of ${manyResults} results, and scraping it and that of one result in turn`);
makeJournal(file.many, manyResults);
const large = await startBridge(folder, file.many);
const ofMany = scraped(`${manyResults} results`, large.port, '/prometheus');
ofOne.turns.length = 0;
await inTurn(ofOne, ofMany);
await large.stop();
const unchanged = (what: string, server: Scraped): void => {
  verdicts.atLeast(
    `scrapes, ${what}`,
    rate(server),
    (1 - noise) * rate(ofOne),
    '90 % of those of one',
    aSecond,
  );
  verdicts.atMost(`p99, ${what}`, p99(server), (1 + noise) * p99(ofOne), 'ms');
};
unchanged(`${manyResults} results`, ofMany);

say('delivering them to a receiver, and scraping on');
const receiverPort = await freePort();
const receiver = startChild('receiver', [String(receiverPort), 'read']);
await receiver.next();
const draining = await startBridge(folder, file.many, `http://127.0.0.1:${receiverPort}/`);
const whileDraining = scraped('while draining', draining.port, '/prometheus');
for (let round = 0; round < rounds; round += 1) {
  await takeTurn(whileDraining);
  if ((await draining.lag()) === 0) throw new Error('the backlog was delivered before the turn was over');
}
await draining.stop();
await receiver.stop();
unchanged('while a backlog drains', whileDraining);

await bridge.stop();
await generator.stop();
if (!verdicts.print()) process.exitCode = 1;
