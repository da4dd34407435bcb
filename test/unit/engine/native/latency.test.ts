import {expect, it} from 'vitest';
import type {Progress} from '../../../../src/engine/engine.ts';
import {
  measureIdleLatency,
  probeLoadedLatency,
  summarizeLoaded,
} from '../../../../src/engine/native/latency.ts';
import {answering, ok, startRawServer} from './raw-server.ts';

const never = new AbortController().signal;
const client = {userAgent: 'test/1'};

it('discards the first round trips and reports the others', async () => {
  let count = 0;
  const {url, sockets} = await startRawServer((socket) => {
    socket.on('data', () => {
      count += 1;
      socket.write(ok());
    });
  });
  const events: Progress[] = [];
  const settings = {...client, count: 4, timeoutMs: 5000};
  const idle = await measureIdleLatency(url, settings, (event) => events.push(event), never);
  expect(count).toBeGreaterThanOrEqual(5);
  expect(count).toBeLessThanOrEqual(104);
  expect(sockets).toHaveLength(1);
  const seen = events.flatMap((event) => (event.phase === 'ping' ? [event] : []));
  expect(seen.map(({fraction}) => fraction)).toEqual([0.25, 0.5, 0.75, 1]);
  const latencies = seen.map(({latencyMs}) => latencyMs);
  expect(idle.lowMs).toBe(Math.min(...latencies));
  expect(idle.highMs).toBe(Math.max(...latencies));
  expect(idle.latencyMs).toBeGreaterThanOrEqual(Math.min(...latencies));
  expect(idle.latencyMs).toBeLessThanOrEqual(Math.max(...latencies));
});

it('survives a server that closes after each answer', async () => {
  const {url, sockets} = await startRawServer(answering(ok('', 'Connection: close\r\n')));
  const settings = {...client, count: 2, timeoutMs: 5000};
  await measureIdleLatency(url, settings, () => undefined, never);
  expect(sockets.length).toBeGreaterThanOrEqual(3);
});

it('leaves out the time for which the server was at work', async () => {
  let workedMs = 0;
  const {url} = await startRawServer((socket) => {
    socket.on('data', () => {
      const startedAtMs = performance.now();
      setTimeout(() => {
        const tookMs = performance.now() - startedAtMs;
        workedMs += tookMs;
        socket.write(ok('', `Server-Timing: cache, cfRequestDuration;dur=${tookMs}\r\n`));
      }, 40);
    });
  });
  const latenciesMs: number[] = [];
  const settings = {...client, count: 4, timeoutMs: 5000};
  const startedAtMs = performance.now();
  const onProgress = (event: Progress): void => {
    if (event.phase === 'ping') latenciesMs.push(event.latencyMs);
  };
  const {lowMs} = await measureIdleLatency(url, settings, onProgress, never);
  const elapsedMs = performance.now() - startedAtMs;
  expect(lowMs).toBeGreaterThan(0);
  // Whatever the machine was busy with, the round trips and the server's work fit into the time that they took.
  expect(latenciesMs.reduce((sum, each) => sum + each) + workedMs).toBeLessThanOrEqual(elapsedMs);
});

it('does not believe a server that was at work for longer than the round trip', async () => {
  const {url} = await startRawServer(answering(ok('', 'Server-Timing: app;dur=60000\r\n')));
  const settings = {...client, count: 2, timeoutMs: 5000};
  expect((await measureIdleLatency(url, settings, () => undefined, never)).lowMs).toBeGreaterThan(0);
});

it('fails with the status, or with the silence, of the server', async () => {
  const busy = await startRawServer(answering('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'));
  const patient = {...client, count: 2, timeoutMs: 5000};
  await expect(measureIdleLatency(busy.url, patient, () => undefined, never)).rejects.toMatchObject({
    failureClass: 'no-server',
    message: `ping of ${busy.url.host}: answered with status 503`,
  });
  const hanging = await startRawServer(() => undefined);
  const hasty = {...patient, timeoutMs: 50};
  await expect(measureIdleLatency(hanging.url, hasty, () => undefined, never)).rejects.toMatchObject({
    failureClass: 'timeout',
    message: `ping of ${hanging.url.host}: no answer for 0.05 s`,
  });
});

it('probes a loaded line until told to stop, whatever happens', async () => {
  const {url} = await startRawServer(answering(ok()));
  const stop = new AbortController();
  const roundTripsMs: number[] = [];
  await probeLoadedLatency(
    url,
    client,
    (roundTripMs) => {
      roundTripsMs.push(roundTripMs);
      if (roundTripsMs.length === 3) stop.abort();
    },
    stop.signal,
  );
  expect(roundTripsMs).toHaveLength(3);

  const gone = await startRawServer(() => undefined);
  await gone.close();
  await probeLoadedLatency(gone.url, client, () => expect.unreachable(), never);
});

it('summarizes what there is', () => {
  expect(summarizeLoaded([])).toBeUndefined();
  expect(summarizeLoaded([1, 3, 5, 7])).toEqual({iqmMs: 4, lowMs: 1, highMs: 7, jitterMs: 2});
});
