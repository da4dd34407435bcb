// Scrapes a port of 127.0.0.1 without a pause, in a process of its own so that it waits for nobody but the server:
// by turns on a new connection and on one that it keeps. It prints a line when it has begun, and when its input ends,
// what it saw as JSON.
import {Agent, get} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';

const port = Number.parseInt(process.argv[2], 10);
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

let over = false;
process.stdin.resume().once('end', () => {
  over = true;
});
const seen = {scrapes: 0, slowestMs: 0, failures: []};
while (!over) {
  const startMs = performance.now();
  const failure = await scrape(seen.scrapes % 2 === 0 ? false : keptAlive);
  seen.scrapes += 1;
  seen.slowestMs = Math.max(seen.slowestMs, performance.now() - startMs);
  if (failure !== undefined) seen.failures.push(failure);
  if (seen.scrapes === 1) process.stdout.write('begun\n');
  await sleep(20);
}
keptAlive.destroy();
process.stdout.write(JSON.stringify(seen));
