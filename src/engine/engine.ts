import type {FailureClass, Measurement} from '../result.ts';

/** What a running test reports while it runs. `fraction` is the phase's progress from 0 to 1. */
export type Progress =
  | {readonly phase: 'connect'; readonly server: string}
  | {readonly phase: 'ping'; readonly latencyMs: number; readonly fraction: number}
  | {
      readonly phase: 'packet-loss';
      /** Datagrams or ICMP echoes; those that are not received, there or back, may still be under way. */
      readonly sent: number;
      readonly received: number;
      readonly fraction: number;
    }
  | {
      readonly phase: 'download' | 'upload';
      readonly bytesPerSecond: number;
      readonly bytes: number;
      readonly latencyMs?: number;
      readonly fraction: number;
    };

/** From where a test goes out. */
export interface JobNetwork {
  /** An IP address of this machine; the operating system's choice when absent. */
  readonly sourceAddress?: string;
  /** The version of IP; whichever answers when absent. */
  readonly ipFamily?: 4 | 6;
}

export interface TestRun {
  readonly onProgress: (event: Progress) => void;
  /** One of the engine's servers failed, and it goes on to try another. */
  readonly onServerFailed?: (server: string, error: EngineError) => void;
  /** Something that was asked for is not measured, and the test goes on: one line, the same one each time. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Runs one speed test.
 * Resolves with what was measured; rejects with an `EngineError` for every failure it can name.
 * When `signal` aborts, it ends its sockets and children and rejects soon after; nothing outlives it.
 */
export type Engine = (run: TestRun, signal: AbortSignal) => Promise<Measurement>;

/** A failure with its class. `message` is one line that names the thing (server, program, status). */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly failureClass: FailureClass;

  constructor(failureClass: FailureClass, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failureClass = failureClass;
  }
}
