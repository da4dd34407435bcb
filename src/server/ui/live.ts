import type {ProgressEvent, StoredResult} from '../api/shapes.ts';

type Progress = Extract<ProgressEvent, {kind: 'progress'}>['progress'];

/** A test that runs, with the newest value of each kind that it has told. */
export interface RunningTest {
  readonly kind: 'running';
  readonly job: string;
  readonly phase: Progress['phase'] | 'start';
  /** Of the phase, 0 to 1. */
  readonly fraction: number;
  readonly server?: string;
  readonly pingMs?: number;
  readonly downloadBytesPerSecond?: number;
  readonly uploadBytesPerSecond?: number;
  /** While the line is loaded. */
  readonly loadedLatencyMs?: number;
  /** Engines and servers that failed before. */
  readonly failed: readonly string[];
}

export type Live = {readonly kind: 'idle'; readonly last?: StoredResult} | RunningTest;

const begun = (job: string): RunningTest => ({kind: 'running', job, phase: 'start', fraction: 0, failed: []});

const advance = (test: RunningTest, progress: Progress): RunningTest => {
  const {phase} = progress;
  const at = {...test, phase, fraction: 'fraction' in progress ? progress.fraction : 0};
  switch (phase) {
    case 'connect':
      return {...at, server: progress.server};
    case 'ping':
      return {...at, pingMs: progress.latencyMs};
    case 'download':
    case 'upload': {
      const {latencyMs, bytesPerSecond} = progress;
      const loaded = latencyMs === undefined ? at : {...at, loadedLatencyMs: latencyMs};
      return phase === 'download'
        ? {...loaded, downloadBytesPerSecond: bytesPerSecond}
        : {...loaded, uploadBytesPerSecond: bytesPerSecond};
    }
    default:
      return at;
  }
};

/** What is known of the running test after one more event. A viewer may have come in the middle of a test. */
export const follow = (live: Live, event: ProgressEvent): Live => {
  const running = (job: string): RunningTest =>
    live.kind === 'running' && live.job === job ? live : begun(job);
  switch (event.kind) {
    case 'idle':
      return {kind: 'idle'};
    case 'started':
      return begun(event.job);
    case 'progress':
      return advance(running(event.job), event.progress);
    case 'fell-back': {
      const {engine, server, reason} = event.from;
      const failed = [...running(event.job).failed, `${server ?? engine}: ${reason}`];
      return {...begun(event.job), failed};
    }
    case 'ended':
      return {kind: 'idle', last: event.result};
    default:
      return event satisfies never;
  }
};
