import type {TimeSeries} from './series.ts';

/** The fully qualified names by which the specifications tell the two messages apart, and prometheus.yml with them. */
export type ProtobufMessage = 'prometheus.WriteRequest' | 'io.prometheus.write.v2.Request';

/** A message that is not compressed yet. */
export interface Encoded {
  /** The next call overwrites them. */
  readonly bytes: Uint8Array;
  /** How many samples are in it. */
  readonly samples: number;
}

/** One version of remote write. */
export interface Protocol {
  readonly message: ProtobufMessage;
  /** The request headers that differ between the versions. */
  readonly headers: Readonly<Record<'content-type' | 'x-prometheus-remote-write-version', string>>;
  /** What is before each series in the message, of one byte. */
  readonly seriesTag: number;
  /** The series as the version's message. */
  encode(series: Iterable<TimeSeries>): Encoded;
}
