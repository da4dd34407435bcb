// Scrapes a port of 127.0.0.1, at which a process listens, without a pause, in a process of its own so that it waits for nobody but the server:
// by turns on a new connection and on one that it keeps. It prints a line when it has begun, and when its input ends,
// what it saw as JSON.
import {readFileSync} from 'node:fs';
import {Agent, get} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';

const [port, pid] = process.argv.slice(2).map((text) => Number.parseInt(text, 10));
const keptAlive = new Agent({keepAlive: true, maxSockets: 1});
const patienceMs = 30_000;

const scrape = (agent) =>
  new Promise((resolve) => {
    const options = {host: '127.0.0.1', localAddress: '127.0.0.1', port, path: '/prometheus', agent};
    const sent = get(options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200 ? undefined : `${response.statusCode}`));
    });
    sent.once('error', (error) => resolve(error.message));
    sent.setTimeout(patienceMs, () => sent.destroy(new Error('no answer')));
  });

/** How long the server's main thread has waited while others had the processors. */
const waitedMs = () => Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;

let over = false;
process.stdin.resume().once('end', () => {
  over = true;
});
const seen = {scrapes: 0, slowestMs: 0, slowestWaitedMs: 0, failures: []};
while (!over) {
  const [startMs, startWaitedMs] = [performance.now(), waitedMs()];
  const failure = await scrape(seen.scrapes % 2 === 0 ? false : keptAlive);
  seen.scrapes += 1;
  const tookMs = performance.now() - startMs;
  if (tookMs > seen.slowestMs) {
    seen.slowestMs = tookMs;
    seen.slowestWaitedMs = waitedMs() - startWaitedMs;
  }
  if (failure !== undefined) seen.failures.push(failure);
  if (seen.scrapes === 1) process.stdout.write('begun\n');
  await sleep(20);
}
keptAlive.destroy();
process.stdout.write(JSON.stringify(seen));
