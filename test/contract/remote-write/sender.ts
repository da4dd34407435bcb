import type {HttpSettings} from '../../../src/delivery/http/settings.ts';
import type {Outcome} from '../../../src/delivery/sink.ts';
import type {Relabel} from '../../../src/remote-write/labels.ts';
import type {RemoteWriteVersion} from '../../peers/strict-receiver-rules.ts';

export interface SenderSettings {
  readonly version: RemoteWriteVersion;
  readonly http: HttpSettings;
  /** Labels that every series gets. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly relabel?: Relabel;
  readonly connections?: number;
  /** The folder of its journal, where it is to go on with what another one has left. */
  readonly folder?: string;
}

/** A gauge's value, and its labels besides those of where it comes from. Its unit is what its name ends in. */
export interface Gauge {
  /** An info metric's where it ends in `_info`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What became of a request. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly retryInMs?: number;
}

/** A sender at work. */
export interface Sending {
  /** Hands on gauges that have these values at a time, Unix milliseconds. Those of the last time that are missing end. */
  hand(timeMs: number, gauges: readonly Gauge[]): Promise<void>;
  /** Resolves when all that was handed on has been taken or refused. */
  settled(): Promise<void>;
  readonly attempts: readonly Attempt[];
  stop(): Promise<void>;
}

/** One of the program's two senders of remote write. */
export interface Sender {
  readonly name: 'results' | 'scrapes';
  start(settings: SenderSettings): Promise<Sending>;
}

export const helpOf = (name: string): string => `Help of ${name}.`;
export const unitOf = (name: string): 'seconds' | undefined =>
  name.endsWith('_seconds') ? 'seconds' : undefined;
export const isInfo = (name: string): boolean => name.endsWith('_info');

export const messages = {
  '1.0': 'prometheus.WriteRequest',
  '2.0': 'io.prometheus.write.v2.Request',
} as const;

/** Waits after failures double from 2 ms to 8 ms, with next to nothing left to chance. */
export const backoff = {minBackoffMs: 1, maxBackoffMs: 8} as const;
export const random = (): number => 0.999;
