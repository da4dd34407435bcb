import type {CompletedTest, CoolDown, EngineFailure, FailedTest, Failure, Measurement} from '../result.ts';
import {sleep} from '../sleep.ts';
import {createByteMeter} from './byte-meter.ts';
import {coolDownAfter} from './cool-down.ts';
import {type Engine, EngineError, type Progress} from './engine.ts';

export interface NamedEngine {
  readonly name: string;
  readonly engine: Engine;
}

/** One test to run: the engines in the order in which to try them. */
export interface TestPlan {
  readonly job: string;
  readonly scheduled: boolean;
  readonly engines: readonly NamedEngine[];
  /** Bound on each engine's attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Told what an engine does not measure though it was asked to: one line. */
  readonly onWarning?: (message: string) => void;
  /**
   * The last cool-down of an engine that has not worked since, whether it is over or not. It is asked for an engine whose
   * turn has come. Where the function is absent, no cool-down is heeded and none is begun.
   */
  readonly lastCoolDown?: (engine: string) => CoolDown | undefined;
  /** Told of each engine or server that failed, once another one is at work in its place. */
  readonly onFellBack?: (from: EngineFailure) => void;
}

// An engine that does not end after its signal aborted is given up on after this long.
const graceMs = 2000;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const toFailure = (error: unknown): Failure =>
  error instanceof EngineError
    ? {class: error.failureClass, reason: oneLine(error.message)}
    : {class: 'internal', reason: oneLine(error instanceof Error ? error.message : String(error))};

/** Tries one engine, and tells `onFailure` of each failure: those of single servers, and then the engine's own. */
const attempt = async (
  {name, engine}: NamedEngine,
  timeoutMs: number,
  onProgress: (event: Progress) => void,
  onFailure: (failure: EngineFailure) => void,
  onWarning: TestPlan['onWarning'],
  stop: AbortSignal,
): Promise<Measurement | undefined> => {
  const ended = new AbortController();
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new Error(`no result within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  const signal = AbortSignal.any([stop, deadline.signal]);
  const givenUp = async (): Promise<never> => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, {once: true}));
    await sleep(graceMs, ended.signal);
    throw new EngineError('internal', 'the engine did not end when told to');
  };
  const meter = createByteMeter();
  const fail = (failure: Failure, server?: string): void => {
    const bytes = meter.take();
    onFailure({
      engine: name,
      ...(server !== undefined && {server}),
      ...failure,
      ...(bytes > 0 && {bytes}),
    });
  };
  const run = {
    onProgress: (event: Progress) => {
      meter.see(event);
      onProgress(event);
    },
    onServerFailed: (server: string, error: EngineError) => {
      // One that was given up on may still have something to say.
      if (!ended.signal.aborted) fail(toFailure(error), server);
    },
    ...(onWarning && {onWarning}),
  };
  try {
    return await Promise.race([engine(run, signal), givenUp()]);
  } catch (error) {
    if (stop.aborted) {
      const why = stop.reason instanceof Error ? stop.reason.message : 'stopped';
      fail({class: 'interrupted', reason: `interrupted: ${why}`});
    } else if (deadline.signal.aborted) {
      fail({class: 'timeout', reason: `no result within ${timeoutMs / 1000} s`});
    } else {
      fail(toFailure(error));
    }
    return undefined;
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
};

const passedOver = (engine: string, coolDown: CoolDown): EngineFailure => ({
  engine,
  class: 'rate-limited',
  reason: `left alone until ${new Date(coolDown.untilMs).toISOString()} after being rate limited`,
  coolDown,
});

/**
 * Runs one test: the first engine that works decides; each that fails is recorded with what it said. One in its
 * cool-down is passed over, which is recorded too and begins no other cool-down.
 * Never rejects: whatever happens, including `signal`'s abort, becomes the result.
 */
export const runTest = async (
  plan: TestPlan,
  onProgress: (event: Progress) => void,
  signal: AbortSignal,
): Promise<CompletedTest | FailedTest> => {
  const {lastCoolDown, onFellBack} = plan;
  const startedAtMs = Date.now();
  const attempts: EngineFailure[] = [];
  let told = 0;
  const watch = (event: Progress): void => {
    for (const from of attempts.slice(told)) onFellBack?.(from);
    told = attempts.length;
    onProgress(event);
  };
  const base = () => ({job: plan.job, scheduled: plan.scheduled, startedAtMs, endedAtMs: Date.now()});
  for (const named of plan.engines) {
    const last = lastCoolDown?.(named.name);
    if (last !== undefined && Date.now() < last.untilMs) {
      attempts.push(passedOver(named.name, last));
      continue;
    }
    const onFailure = (failure: EngineFailure): void => {
      const begins = failure.class === 'rate-limited' && lastCoolDown !== undefined;
      const coolDown = begins ? coolDownAfter(last, Date.now()) : last;
      attempts.push({...failure, ...(coolDown !== undefined && {coolDown})});
    };
    const measurement = await attempt(named, plan.timeoutMs, watch, onFailure, plan.onWarning, signal);
    if (measurement !== undefined) {
      const fellBack = attempts.length > 0 ? {fellBackFrom: attempts} : {};
      return {...base(), status: 'completed', measurement, ...fellBack};
    }
    if (signal.aborted) break;
  }
  const last = attempts.at(-1);
  const failure: Failure = last
    ? {class: last.class, reason: last.reason}
    : {class: 'internal', reason: 'the job has no engine'};
  return {...base(), status: 'failed', failure, attempts};
};
