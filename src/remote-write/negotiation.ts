import type {HttpAnswer} from '../delivery/http/message.ts';
import type {ProtobufMessage, Protocol} from './protocol.ts';
import {v1} from './v1.ts';
import {v2} from './v2.ts';
import {samplesWritten} from './written.ts';

/** A request's answer, and the version of remote write in which it was made. */
export interface Exchange {
  readonly protocol: Protocol;
  readonly answer: HttpAnswer;
}

/** What is known of the version that a receiver speaks. */
export interface Negotiation {
  /** The version in which the next request will be made first. */
  likely(): Protocol;
  /** Makes a request in the version that the receiver speaks; twice, where it takes the first to find out. */
  exchange(send: (protocol: Protocol) => Promise<HttpAnswer>): Promise<Exchange>;
}

const askAgainAfterMs = 60 * 60_000;

const isSuccess = (answer: HttpAnswer): boolean =>
  answer.kind === 'response' && answer.status >= 200 && answer.status < 300;

/**
 * Whether the answer to a 2.0 request says that its receiver speaks only 1.0.
 * 415 says so. So does a success without any count of what was written: a 1.0 receiver that does not look at the content
 * type reads an empty message ("Required Written Response Headers"). A 400 without one may say so ("Unsupported Request
 * Content"), or may mean the samples.
 */
const speaksOnlyV1 = (answer: HttpAnswer): 'yes' | 'no' | 'perhaps' => {
  if (answer.kind === 'failed') return 'no';
  if (answer.status === 415) return 'yes';
  if (samplesWritten(answer) !== undefined) return 'no';
  if (answer.status === 400) return 'perhaps';
  return isSuccess(answer) ? 'yes' : 'no';
};

/**
 * Settles on a version with one receiver: the preferred one, or 1.0 where that is 2.0 and the receiver does not speak
 * it. What it refused in 2.0 goes to it again in 1.0 at once; that it did is remembered, and 2.0 tried again every hour.
 * @param now the time in Unix milliseconds.
 */
export const createNegotiation = (preferred: ProtobufMessage, now: () => number): Negotiation => {
  let onlyV1UntilMs = preferred === v1.message ? Infinity : -Infinity;
  const likely = (): Protocol => (now() < onlyV1UntilMs ? v1 : v2);
  return {
    likely,
    exchange: async (send) => {
      if (likely() === v1) return {protocol: v1, answer: await send(v1)};
      const first = await send(v2);
      const verdict = speaksOnlyV1(first);
      if (verdict === 'no') return {protocol: v2, answer: first};
      const second = await send(v1);
      if (verdict === 'yes' || isSuccess(second)) onlyV1UntilMs = now() + askAgainAfterMs;
      return {protocol: v1, answer: second};
    },
  };
};
