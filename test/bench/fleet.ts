/**
 * What a fleet of probes does to its receiver, and whether all that it measures arrives: `npm run bench:fleet`.
 * Prints two tables and exits 1 when a limit is not kept. See README.md in this folder.
 * Argument: how many probes, 2,000 when left out. With fewer than 1,000 it shows no more than that everything arrives.
 */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePort} from '../peers/port.ts';
import {provide} from '../peers/provide.ts';
import {compareFleet} from './fleet/comparison.ts';
import {type FleetReport, startFleet} from './fleet/fleet.ts';
import {cost, loadOf} from './fleet/load.ts';
import {busiestSecond, busiestSecondAfterOutage} from './fleet/model.ts';
import {instancesOf} from './fleet/probe.ts';
import {fleetReceiver} from './fleet/receiver.ts';
import {createVerdicts} from './verdicts.ts';

const probes = Number.parseInt(process.argv[2] ?? '2000', 10);
if (!(probes > 0)) throw new Error(`expected a number of probes, found ${process.argv[2]}`);
const fewProbes = Math.ceil(probes / 10);
const largeProbes = 100_000;
const isLarge = probes >= 1000;

const folder = mkdtempSync(join(tmpdir(), 'speedtest-bridge-fleet-'));
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
const journals = join(folder, 'journals');
mkdirSync(journals);

const say = (text: string): void => {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

const program = await provide('victoria-metrics', {cacheFolder: join(process.cwd(), '.cache/peers')});
const receiver = fleetReceiver(program, await freePort(), join(folder, 'victoria-metrics'));
await receiver.start();

/** The simulated time: it begins with the year 2024. */
const at = (hours: number, minutes: number): number => Date.UTC(2024, 0, 1, hours, minutes);
const plan = {folder: journals, url: `${receiver.url}/api/v1/write`, startMs: at(0, 0)};
const jitter = '50m';
const jitterMs = 50 * 60_000;
const repeatInterval = '1m';
const repeatMs = 60_000;
/** From the time of a schedule to the end of the outage, at 56 minutes past. */
const backMs = 51 * 60_000;

const total = {results: 0, repeats: 0};
const added = (report: FleetReport): FleetReport => {
  total.results += report.results;
  total.repeats += report.repeats;
  return report;
};
const requestsSoFar = (): number => total.results + total.repeats;

// The tests start at 5 minutes past each hour, plus jitter, and take half a minute: at 56 minutes past, all are over.
say(`${fewProbes} probes test once, for the memory that fewer take`);
const few = await startFleet({...plan, name: 'few', probes: fewProbes}, {jitter, repeatInterval: '0'});
const fewer = added(await few.advanceTo(at(0, 56)));
await few.end();

say(`${probes} probes test once, with jitter`);
const fleet = await startFleet({...plan, name: 'probe', probes}, {jitter, repeatInterval: '0'});
const spread = added(await fleet.advanceTo(at(0, 56)));
const requestsBefore = requestsSoFar();
const receivedBefore = await receiver.received(requestsBefore);

say('again, while the receiver is away for an hour');
await receiver.stop();
const away = added(await fleet.advanceTo(at(1, 56)));
await receiver.start();
say('the receiver is back');
const back = added(await fleet.advanceTo(at(2, 4)));

say('again, with jitter, each result repeated every minute');
await fleet.restart({jitter, repeatInterval});
added(await fleet.advanceTo(at(2, 56)));
const receivedUntilRepeats = await receiver.received(requestsSoFar() - requestsBefore);
const repeatsSpread = added(await fleet.advanceTo(at(3, 0)));
const receivedRepeats = await receiver.received(requestsSoFar() - requestsBefore);

say('again, without jitter, each result repeated every minute');
await fleet.restart({jitter: '0s', repeatInterval});
// Started together, they repeat together, on each full minute, until a test gives them a time of their own.
added(await fleet.advanceTo(at(3, 5) + 1000));
const together = added(await fleet.advanceTo(at(3, 5) + 59_000));
added(await fleet.advanceTo(at(3, 6) + 1000));
const repeatsTogether = added(await fleet.advanceTo(at(3, 8)));
await fleet.end();

say('asking the receiver for all it has');
const received = await receiver.received(requestsSoFar() - requestsBefore);
const kept = await compareFleet(instancesOf('probe', 1, probes), journals, receiver.url);
const keptOfFew = await compareFleet(instancesOf('few', 1, fewProbes), journals, receiver.url);
await receiver.stop();

const share = (one: FleetReport, other: FleetReport): number =>
  (100 * one.busiestSecond) / other.busiestSecond;
const verdicts = createVerdicts();
const results = kept.results + keptOfFew.results;
verdicts.none('tests that are not in a journal', 4 * probes + fewProbes - results);
verdicts.none(`samples lost, of ${kept.samples + keptOfFew.samples}`, kept.lost + keptOfFew.lost);
verdicts.none('samples twice there, or of no result', kept.unexpected + keptOfFew.unexpected);
verdicts.none(`repetitions lost, of ${total.repeats}`, total.repeats - kept.repeats);
verdicts.none(
  `requests that the receiver did not count, of ${requestsSoFar()}`,
  requestsSoFar() - receivedBefore.requests - received.requests,
);
// Of few probes, two in one second are many.
const most = isLarge ? {jitter: 2, outage: 5, repeats: 10} : {jitter: 50, outage: 100, repeats: 100};
const ofPeak = '% of that without jitter';
verdicts.atMost('busiest second with jitter', share(spread, together), most.jitter, ofPeak);
verdicts.atMost('busiest second after an outage', share(back, together), most.outage, ofPeak);
verdicts.atMost('busiest second of repeats', share(repeatsSpread, repeatsTogether), most.repeats, ofPeak);
if (isLarge) {
  const bytesPerProbe = (spread.rssBytes - fewer.rssBytes) / (probes - fewProbes);
  verdicts.atMost('memory that a probe adds', bytesPerProbe / 1024, 600, 'KiB');
}
const allKept = verdicts.print();

/** What was measured, what the model says of that fleet, and of a larger one. */
const peak = (report: FleetReport, model: (ofProbes: number) => number) => ({
  [`${probes} probes`]: report.busiestSecond,
  'by the model': model(probes),
  ...(isLarge && {[`${largeProbes} probes, by the model`]: model(largeProbes)}),
});
console.log('Requests in the busiest second');
console.table({
  'with jitter': peak(spread, (n) => busiestSecond({probes: n, jitterMs}, 0)),
  'without jitter': peak(together, (n) => busiestSecond({probes: n, jitterMs: 0}, 0)),
  'after an outage': peak(back, (n) => busiestSecondAfterOutage({probes: n, jitterMs}, backMs, 0)),
  'with jitter, repeated': peak(repeatsSpread, (n) => busiestSecond({probes: n, jitterMs}, repeatMs)),
  'without jitter, repeated': peak(repeatsTogether, (n) => busiestSecond({probes: n, jitterMs: 0}, repeatMs)),
});

const result = cost({requests: 0, samples: 0, bytes: 0, connections: 0}, receivedBefore);
const repetition = cost(receivedUntilRepeats, receivedRepeats);
console.log(
  `A result takes ${result.samples.toFixed(1)} samples and ${result.bytes.toFixed(0)} bytes, ` +
    `a repetition ${repetition.samples.toFixed(1)} and ${repetition.bytes.toFixed(0)}; ` +
    `a probe has ${(kept.series / probes).toFixed(1)} series; ` +
    `${(received.connections / received.requests).toFixed(2)} connections for each request; ` +
    `${(away.unanswered / probes).toFixed(1)} attempts of each probe while the receiver was away`,
);
console.table({
  [`${largeProbes} probes`]: loadOf(largeProbes, result),
  [`${largeProbes} probes, repeated`]: loadOf(largeProbes, result, repetition),
});

if (!allKept) process.exitCode = 1;
