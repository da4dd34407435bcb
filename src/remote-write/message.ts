import {compress} from 'snappyjs';
import type {Protocol} from './protocol.ts';
import type {TimeSeries} from './series.ts';

/** A request's body, compressed, and how many samples are in it. */
export interface Message {
  readonly body: Uint8Array;
  readonly samples: number;
}

/** The series in one version of remote write, as one request. */
export const messageOf = (series: Iterable<TimeSeries>, {encode}: Protocol): Message => {
  const {bytes, samples} = encode(series);
  // Copied, for what `compress` gives is the beginning of a buffer as large as the message may get.
  return {body: new Uint8Array(compress(bytes)), samples};
};
