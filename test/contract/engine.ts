import {describe, expect, it, onTestFinished} from 'vitest';
import {type Engine, EngineError, type Progress} from '../../src/engine/engine.ts';
import type {FailureClass, Transfer} from '../../src/result.ts';

/** An engine ready to run, and how to put away what it runs against. */
export interface EngineFixture {
  readonly engine: Engine;
  readonly close?: () => Promise<void>;
}

/** What servers, networks and programs do to an engine, and the class of failure that each is. */
const faultClasses = [
  ['gone', 'connection'],
  ['unreachable', 'connection'],
  ['unknown', 'dns'],
  ['no network', 'no-network'],
  ['untrusted', 'tls'],
  ['hanging', 'timeout'],
  ['forbidden', 'refused'],
  ['rate-limited', 'rate-limited'],
  ['broken', 'no-server'],
  ['missing', 'no-server'],
  ['moved', 'no-server'],
  ['garbage', 'bad-output'],
  ['not installed', 'not-installed'],
  ['killed', 'killed'],
  ['silent', 'bad-output'],
  ['null', 'bad-output'],
  ['cut short', 'bad-output'],
  ['endless', 'bad-output'],
  ['absurd', 'bad-output'],
] as const satisfies readonly (readonly [string, FailureClass])[];
export type Fault = (typeof faultClasses)[number][0];

const allPhases = ['connect', 'ping', 'packet-loss', 'download', 'upload'] as const;

export interface EngineCases {
  /** What it reports of its progress; all phases where absent. A program that tells nothing has only `connect`. */
  readonly phases?: readonly Progress['phase'][];
  /** What it does not measure. */
  readonly unmeasured?: readonly ('ping' | 'elapsed')[];
  /** Against a server that does as it should. */
  readonly working: () => Promise<EngineFixture>;
  /** Against one that does as named: `gone` ends it when `test` first moves bytes. Faults that can't happen are absent. */
  readonly faults: {
    readonly [fault in Fault]?: (test: {readonly moving: Promise<void>}) => Promise<EngineFixture>;
  };
}

const never = new AbortController().signal;
const silent = {onProgress: () => undefined};

/** Bound on how long an engine may take to end when it is told to. */
const promptMs = 2000;
/** Bound on waiting for what the kernel and other processes have to do with that. */
const releasedWithinMs = 5000;

/** What keeps this process busy: sockets, children and timers, counted by kind. */
const held = (): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/TCPSocket|TLS|Process|Pipe|Timeout/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

/** Waits until nothing is held that was not before. Turns of the event loop, because a timer would count itself. */
const released = async (before: Readonly<Record<string, number>>): Promise<void> => {
  const deadlineMs = performance.now() + releasedWithinMs;
  const excess = (): [string, number][] =>
    Object.entries(held()).filter(([kind, count]) => count > (before[kind] ?? 0));
  while (excess().length > 0 && performance.now() < deadlineMs) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(excess()).toEqual([]);
};

const fail = async (run: Promise<unknown>): Promise<EngineError> => {
  const error: unknown = await run.then(
    () => expect.unreachable('the test completed'),
    (reason: unknown) => reason,
  );
  if (error instanceof EngineError) return error;
  throw new Error('not an EngineError', {cause: error});
};

const expectPlausible = (transfer: Transfer | undefined, hasElapsed: boolean): void => {
  expect(transfer?.bytesPerSecond).toBeGreaterThan(0);
  expect(transfer?.bytes).toBeGreaterThan(0);
  if (hasElapsed) expect(transfer?.elapsedMs).toBeGreaterThan(0);
  const latency = transfer?.latency;
  if (latency === undefined) return;
  expect(latency.lowMs).toBeGreaterThan(0);
  expect(latency.lowMs).toBeLessThanOrEqual(latency.iqmMs);
  expect(latency.iqmMs).toBeLessThanOrEqual(latency.highMs);
  expect(latency.jitterMs).toBeGreaterThanOrEqual(0);
};

/** What every engine does, with the network that its cases give it. */
export const describeEngine = (
  name: string,
  {working, faults, phases = allPhases, unmeasured = []}: EngineCases,
): void => {
  describe(name, () => {
    const open = async (make: () => Promise<EngineFixture>): Promise<Engine> => {
      const {engine, close} = await make();
      if (close) onTestFinished(close);
      return engine;
    };

    it('measures something plausible and names itself and its server', async () => {
      const engine = await open(working);
      const {ping, download, upload, ...about} = await engine(silent, never);
      expect(about.engine.name).not.toBe('');
      expect(about.server.host).not.toBe('');
      if (!unmeasured.includes('ping')) expect(ping?.latencyMs).toBeGreaterThan(0);
      expect(ping?.lowMs ?? 0).toBeLessThanOrEqual(ping?.latencyMs ?? 0);
      expect(ping?.highMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(ping?.latencyMs ?? 0);
      expectPlausible(download, !unmeasured.includes('elapsed'));
      expectPlausible(upload, !unmeasured.includes('elapsed'));
    });

    it('reports its progress, phase by phase', async () => {
      const engine = await open(working);
      const events: Progress[] = [];
      await engine({onProgress: (event) => events.push(event)}, never);
      const reported = events.map(({phase}) => phase);
      expect(reported.filter((phase, index) => phase !== reported[index - 1])).toEqual(phases);
      for (const phase of phases.filter((each) => each !== 'connect')) {
        const fractions = events.flatMap((event) =>
          event.phase === phase && 'fraction' in event ? [event.fraction] : [],
        );
        expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
        expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
        expect(fractions.at(-1)).toBe(1);
      }
    });

    it('can run again and again, and holds nothing afterwards', async () => {
      const engine = await open(working);
      const before = held();
      await engine(silent, never);
      await engine(silent, never);
      await released(before);
    });

    it.each(phases)('ends soon when told to during %s', async (phase) => {
      const engine = await open(working);
      const before = held();
      const stop = new AbortController();
      let toldAtMs = Number.NaN;
      const onProgress = (event: Progress): void => {
        if (event.phase !== phase || stop.signal.aborted) return;
        toldAtMs = performance.now();
        stop.abort(new Error('SIGTERM'));
      };
      const failure = await fail(engine({onProgress}, stop.signal));
      expect(performance.now() - toldAtMs).toBeLessThan(promptMs);
      expect(failure.failureClass).toBe('interrupted');
      expect(failure.message).toMatch(/SIGTERM$/);
      await released(before);
    });

    it('does not begin when it has been told to end', async () => {
      const engine = await open(working);
      expect((await fail(engine(silent, AbortSignal.abort()))).failureClass).toBe('interrupted');
    });

    for (const [fault, failureClass] of faultClasses) {
      const make = faults[fault];
      if (make === undefined) continue;
      it(`fails with ${failureClass}, in one line, when what it needs is ${fault}`, async () => {
        let onMoving = (): void => undefined;
        const moving = new Promise<void>((resolve) => {
          onMoving = resolve;
        });
        const engine = await open(() => make({moving}));
        const before = held();
        const onProgress = ({phase}: Progress): void => {
          if (phase === 'download' || phase === 'upload') onMoving();
        };
        const failure = await fail(engine({onProgress}, never));
        expect(failure).toMatchObject({failureClass, message: expect.stringMatching(/^[^\n]+$/)});
        await released(before);
      });
    }
  });
};
