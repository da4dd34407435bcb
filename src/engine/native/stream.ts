import type {ClientSettings} from './session.ts';

/** Takes note of bytes that arrived at their receiver, evenly between two moments of `performance.now()`. */
export type RecordBytes = (bytes: number, fromMs: number, toMs: number) => void;

export interface StreamSettings extends ClientSettings {
  readonly url: URL;
  /** What a failure names: `download from host:port`. */
  readonly what: string;
  /** What everything is read into: shared by all streams of a transfer, so that it stays in a processor's cache. */
  readonly readBuffer?: Buffer;
}

/** One connection's part of a transfer: moves bytes until `signal` aborts or it fails, and rejects in either case. */
export type Stream = (settings: StreamSettings, record: RecordBytes, signal: AbortSignal) => Promise<never>;
