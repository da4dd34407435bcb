import {describe, expect, it, vi} from 'vitest';
import {type Engine, EngineError} from '../../../src/engine/engine.ts';
import {runTest, type TestPlan} from '../../../src/engine/run-test.ts';
import {fullMeasurement} from '../../fixtures/results.ts';

const works: Engine = async () => fullMeasurement;
const fails =
  (error: unknown): Engine =>
  async () => {
    throw error;
  };
const obeys: Engine = (_run, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new EngineError('connection', 'socket closed')), {
      once: true,
    });
  });
const ignores: Engine = () => new Promise(() => undefined);

const named = (...engines: Engine[]) =>
  engines.map((engine, index) => ({name: `engine${index + 1}`, engine}));
const run = (engines: Engine[], {timeoutMs = 10_000, signal = new AbortController().signal} = {}) =>
  runTest({job: 'wan', scheduled: true, engines: named(...engines), timeoutMs}, () => undefined, signal);

describe('a test', () => {
  it('completes with what the engine measured', async () => {
    const result = await run([works]);
    expect(result).toMatchObject({
      status: 'completed',
      job: 'wan',
      scheduled: true,
      measurement: fullMeasurement,
    });
    expect(result).not.toHaveProperty('fellBackFrom');
    expect(result.endedAtMs).toBeGreaterThanOrEqual(result.startedAtMs);
  });

  it('falls back to the next engine and says why', async () => {
    const result = await run([fails(new EngineError('dns', 'host name a.example\nnot found')), works]);
    expect(result).toMatchObject({
      status: 'completed',
      fellBackFrom: [{engine: 'engine1', class: 'dns', reason: 'host name a.example not found'}],
    });
  });

  it('tells what it fell back from once another engine or server is at work', async () => {
    const told: string[] = [];
    const twoServers: Engine = async ({onProgress, onServerFailed}) => {
      onProgress({phase: 'connect', server: 'one'});
      onServerFailed?.('one', new EngineError('dns', 'first'));
      onProgress({phase: 'connect', server: 'two'});
      throw new EngineError('tls', 'second');
    };
    const last: Engine = async ({onProgress}) => {
      onProgress({phase: 'ping', latencyMs: 1, fraction: 1});
      throw new EngineError('timeout', 'third');
    };
    const plan = {job: 'wan', scheduled: true, engines: named(twoServers, last), timeoutMs: 10_000};
    const {signal} = new AbortController();
    await runTest(
      {...plan, onFellBack: ({reason}) => told.push(reason)},
      ({phase}) => told.push(phase),
      signal,
    );
    expect(told).toEqual(['connect', 'first', 'connect', 'second', 'ping']);
  });

  it('fails with the last failure when every engine did, and keeps them all', async () => {
    const result = await run([
      fails(new EngineError('tls', 'one')),
      fails(new EngineError('refused', 'two')),
    ]);
    expect(result).toMatchObject({
      status: 'failed',
      failure: {class: 'refused', reason: 'two'},
      attempts: [
        {engine: 'engine1', class: 'tls'},
        {engine: 'engine2', class: 'refused'},
      ],
    });
  });

  it('takes an error without a class for an internal one', async () => {
    expect(await run([fails(new TypeError('x is not a function'))])).toMatchObject({
      failure: {class: 'internal', reason: 'x is not a function'},
    });
  });

  it('times out, whatever the engine says when it is stopped', async () => {
    expect(await run([obeys], {timeoutMs: 20})).toMatchObject({
      failure: {class: 'timeout', reason: 'no result within 0.02 s'},
    });
  });

  it('times out also when the engine does not end', async () => {
    vi.useFakeTimers();
    try {
      const running = run([ignores], {timeoutMs: 5000});
      await vi.advanceTimersByTimeAsync(7000);
      expect(await running).toMatchObject({status: 'failed', failure: {class: 'timeout'}});
    } finally {
      vi.useRealTimers();
    }
  });

  it('is interrupted by the signal, and tries no further engine then', async () => {
    const stop = new AbortController();
    const running = run([obeys, works], {signal: stop.signal});
    stop.abort(new Error('stopped by SIGTERM'));
    expect(await running).toMatchObject({
      status: 'failed',
      failure: {class: 'interrupted', reason: 'interrupted: stopped by SIGTERM'},
    });
  });

  it('records the servers of an engine that failed, and what moved before each failure', async () => {
    const moves = (bytes: number) => ({phase: 'download', bytesPerSecond: 1, bytes, fraction: 0.5}) as const;
    const retries: Engine = async ({onProgress, onServerFailed}) => {
      onProgress(moves(100));
      onProgress(moves(250));
      onServerFailed?.('near.example', new EngineError('connection', 'gone'));
      onProgress(moves(40));
      throw new EngineError('refused', 'no');
    };
    expect(await run([retries, works])).toMatchObject({
      status: 'completed',
      fellBackFrom: [
        {engine: 'engine1', server: 'near.example', class: 'connection', reason: 'gone', bytes: 250},
        {engine: 'engine1', class: 'refused', reason: 'no', bytes: 40},
      ],
    });
  });
});

describe('cool-down', () => {
  const limited = fails(new EngineError('rate-limited', 'too many'));
  const nowMs = Date.parse('2026-06-01T00:00:00Z');
  const minute = 60_000;

  const heeding = async (engines: Engine[], lastCoolDown: TestPlan['lastCoolDown']) => {
    vi.useFakeTimers({now: nowMs});
    try {
      const plan = {job: 'wan', scheduled: true, engines: named(...engines), timeoutMs: 1000};
      const heeded = lastCoolDown && {lastCoolDown};
      return await runTest({...plan, ...heeded}, () => undefined, new AbortController().signal);
    } finally {
      vi.useRealTimers();
    }
  };

  it.each([
    ['the first time', undefined, 15],
    ['again', {untilMs: nowMs, lengthMs: 15 * minute}, 30],
    ['long after', {untilMs: nowMs - 600 * minute, lengthMs: 960 * minute}, 1440],
    ['over and over', {untilMs: nowMs - 1, lengthMs: 1440 * minute}, 1440],
  ])('of an engine that is rate limited %s', async (_when, last, minutes) => {
    expect(await heeding([limited], () => last)).toMatchObject({
      attempts: [
        {
          class: 'rate-limited',
          reason: 'too many',
          coolDown: {untilMs: nowMs + minutes * minute, lengthMs: minutes * minute},
        },
      ],
    });
  });

  it('passes an engine over, which does not lengthen it, and asks only for engines whose turn has come', async () => {
    const coolDown = {untilMs: nowMs + 1, lengthMs: 15 * minute};
    const asked: string[] = [];
    const result = await heeding([limited, works, works], (engine) => {
      asked.push(engine);
      return engine === 'engine1' ? coolDown : undefined;
    });
    expect(result).toMatchObject({status: 'completed', measurement: fullMeasurement});
    expect(result).toHaveProperty('fellBackFrom', [
      {
        engine: 'engine1',
        class: 'rate-limited',
        reason: 'left alone until 2026-06-01T00:00:00.001Z after being rate limited',
        coolDown,
      },
    ]);
    expect(asked).toEqual(['engine1', 'engine2']);
  });

  it('of every engine fails the test as rate-limited', async () => {
    const coolDown = {untilMs: nowMs + minute, lengthMs: 15 * minute};
    const result = await heeding([works, works], () => coolDown);
    expect(result).toMatchObject({status: 'failed', failure: {class: 'rate-limited'}});
    expect(result).toHaveProperty('attempts.length', 2);
  });

  it('that is over is kept with failures of other kinds, so that the next one is longer', async () => {
    const coolDown = {untilMs: nowMs - 1, lengthMs: 15 * minute};
    expect(await heeding([fails(new EngineError('dns', 'unknown'))], () => coolDown)).toMatchObject({
      attempts: [{class: 'dns', coolDown}],
    });
  });

  it('is not begun where none is heeded', async () => {
    expect(await heeding([limited], undefined)).not.toHaveProperty('attempts[0].coolDown');
  });
});
