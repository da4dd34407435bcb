import {expect, it} from 'vitest';
import type {Progress} from '../../../../src/engine/engine.ts';
import {EngineError} from '../../../../src/engine/engine.ts';
import type {Stream} from '../../../../src/engine/native/stream.ts';
import {measureTransfer, type TransferPlan} from '../../../../src/engine/native/transfer.ts';
import {answering, ok, startRawServer} from './raw-server.ts';

const never = new AbortController().signal;

/** Waits for the end of the transfer, as a stream must. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new EngineError('interrupted', 'stopped')), {once: true});
  });

/** Streams that share a line of `bytesPerMs`, which is full from now on: every `everyMs` one takes what there is. */
const sharing = (bytesPerMs: number, everyMs: number): Stream => {
  let takenUntilMs = performance.now();
  return async (_, record, signal) => {
    const timer = setInterval(() => {
      const nowMs = performance.now();
      record(bytesPerMs * (nowMs - takenUntilMs), takenUntilMs, nowMs);
      takenUntilMs = nowMs;
    }, everyMs);
    try {
      return await untilAborted(signal);
    } finally {
      clearInterval(timer);
    }
  };
};

/** Streams that each take `bytesPerMs` evenly, every `everyMs`. */
const even =
  (bytesPerMs: number, everyMs: number): Stream =>
  (...settings) =>
    sharing(bytesPerMs, everyMs)(...settings);

const plan = async (changes: Partial<TransferPlan>): Promise<TransferPlan> => {
  const {url} = await startRawServer(answering(ok()));
  return {
    direction: 'download',
    url,
    pingUrl: url,
    stream: even(1000, 2),
    durationMs: 500,
    connections: {least: 2, most: 2},
    busyPart: () => 0,
    stallTimeoutMs: 5000,
    userAgent: 'test/1',
    ...changes,
  };
};

it.each(['download', 'upload'] as const)('measures the rate of a steady %s', async (direction) => {
  const events: Progress[] = [];
  const settings = await plan({direction});
  const transfer = await measureTransfer(settings, (event) => events.push(event), never);
  expect(transfer.bytesPerSecond / 2_000_000).toBeGreaterThan(0.6);
  expect(transfer.bytesPerSecond / 2_000_000).toBeLessThan(1.4);
  expect(transfer.elapsedMs).toBeGreaterThanOrEqual(500);
  expect(transfer.bytes).toBeGreaterThan(0);
  const fractions = events.map((event) => (event.phase === direction ? event.fraction : Number.NaN));
  expect(fractions.length).toBeGreaterThan(2);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
  const {latency} = transfer;
  expect(latency?.lowMs).toBeLessThanOrEqual(latency?.iqmMs ?? 0);
  expect(latency?.iqmMs).toBeLessThanOrEqual(latency?.highMs ?? 0);
  const roundTripMs = 60_000 / (transfer.responsivenessRpm ?? 0);
  expect(roundTripMs).toBeGreaterThanOrEqual((latency?.lowMs ?? 0) - 1e-6);
  expect(roundTripMs).toBeLessThanOrEqual((latency?.highMs ?? 0) + 1e-6);
});

it.each(['download', 'upload'] as const)('ends a %s when it has moved what it may', async (direction) => {
  const events: Progress[] = [];
  const settings = await plan({direction, durationMs: 60_000, maxBytes: 1_500_000});
  const transfer = await measureTransfer(settings, (event) => events.push(event), never);
  expect(transfer.bytes).toBeGreaterThanOrEqual(1_500_000);
  expect(transfer.elapsedMs).toBeLessThan(30_000);
  expect(transfer.bytesPerSecond).toBeGreaterThan(0);
  expect(events.at(-1)).toMatchObject({phase: direction, fraction: 1});
});

it('leaves the latency out when the probes fail', async () => {
  const {url, close} = await startRawServer(() => undefined);
  await close();
  const transfer = await measureTransfer(await plan({pingUrl: url}), () => undefined, never);
  expect(transfer).not.toHaveProperty('latency');
  expect(transfer).not.toHaveProperty('responsivenessRpm');
});

it('takes an upload up to where it is known', async () => {
  // 1000 bytes/ms, all of it told in answers that cover 70 ms each: the last of them is told after the end.
  const transfer = await measureTransfer(
    await plan({direction: 'upload', connections: {least: 1, most: 1}, stream: even(1000, 70)}),
    () => undefined,
    never,
  );
  expect(transfer.bytesPerSecond / 1_000_000).toBeGreaterThan(0.6);
  expect(transfer.bytesPerSecond / 1_000_000).toBeLessThan(1.4);
});

it('adds connections while they bring more and the process has time for them', async () => {
  let opened = 0;
  const counted =
    (stream: Stream): Stream =>
    (...settings) => {
      opened += 1;
      return stream(...settings);
    };
  const connections = {least: 2, most: 16};
  const grows = await plan({stream: counted(even(1000, 2)), connections});
  await measureTransfer(grows, () => undefined, never);
  expect(opened).toBeGreaterThan(2);
  expect(opened).toBeLessThanOrEqual(16);

  opened = 0;
  await measureTransfer({...grows, busyPart: () => 1}, () => undefined, never);
  expect(opened).toBe(2);

  opened = 0;
  const full = await plan({stream: counted(sharing(1000, 2)), connections});
  await measureTransfer(full, () => undefined, never);
  expect(opened).toBe(4);
});

it('makes do with the connections that the server takes', async () => {
  let opened = 0;
  const stream: Stream = (settings, record, signal) => {
    opened += 1;
    return opened > 2
      ? Promise.reject(new EngineError('connection', 'download from server: connection refused'))
      : even(1000, 2)(settings, record, signal);
  };
  const connections = {least: 2, most: 16};
  const transfer = await measureTransfer(await plan({stream, connections}), () => undefined, never);
  expect(opened).toBe(4);
  expect(transfer.bytesPerSecond / 2_000_000).toBeGreaterThan(0.6);
});

it('fails when nothing moves', async () => {
  const stream: Stream = (_, __, signal) => untilAborted(signal);
  const stalled = await plan({stream, stallTimeoutMs: 60});
  await expect(measureTransfer(stalled, () => undefined, never)).rejects.toMatchObject({
    failureClass: 'timeout',
    message: `download from ${stalled.url.host}: no bytes for 0.06 s`,
  });
  const empty = await plan({stream, durationMs: 50, direction: 'upload'});
  await expect(measureTransfer(empty, () => undefined, never)).rejects.toMatchObject({
    failureClass: 'timeout',
    message: `upload to ${empty.url.host}: no bytes after the warm-up`,
  });
});

it('stops with its signal', async () => {
  const stop = new AbortController();
  const settings = await plan({durationMs: 60_000});
  const transfer = measureTransfer(settings, () => stop.abort(new Error('SIGTERM')), stop.signal);
  await expect(transfer).rejects.toMatchObject({
    failureClass: 'interrupted',
    message: `download from ${settings.url.host}: interrupted: SIGTERM`,
  });
  await expect(measureTransfer(settings, () => undefined, AbortSignal.abort())).rejects.toMatchObject({
    failureClass: 'interrupted',
  });
});

it('stops with its signal though all has been moved', async () => {
  const stop = new AbortController();
  const settings = await plan({durationMs: 60_000, maxBytes: 1});
  const transfer = measureTransfer(settings, () => stop.abort(new Error('SIGTERM')), stop.signal);
  await expect(transfer).rejects.toMatchObject({failureClass: 'interrupted'});
});
