import type {Forwarded} from '../forwarding/forwarding.ts';
import {createLimiter} from '../limiter.ts';
import {createFailing, retryInSeconds, tellEveryMs} from './failing.ts';
import type {Log} from './log.ts';

/**
 * The log of one destination's forwarding: the receiver's words as they are, limited in number, for each scrape may bring
 * them anew.
 */
const createDestinationLog = (log: Log, destination: string, nowMs?: () => number) => {
  const refusals = createLimiter(tellEveryMs, nowMs);
  const failing = createFailing(nowMs);
  let refusedSamples = 0;

  const refused = (samples: number, words: string): void => {
    refusedSamples += samples;
    if (refusals.next() === undefined) return;
    log.error(words, {destination, samples: refusedSamples});
    refusedSamples = 0;
  };

  return ({outcome, samples, retryInMs}: Forwarded): void => {
    switch (outcome.kind) {
      case 'accepted':
        if (failing.ended()) log.info('scrapes are forwarded again', {destination});
        if (outcome.unwritten !== undefined)
          refused(
            outcome.unwritten,
            'the receiver took a request and did not write all of its scraped samples',
          );
        return;
      case 'rejected':
        refused(outcome.unwritten ?? samples, `scraped samples were rejected for good: ${outcome.cause}`);
        return;
      case 'retry':
        if (failing.isToTell(outcome.cause)) {
          const fields = {destination, samples, retry_in_s: retryInSeconds(retryInMs)};
          log.warn(`scrapes are not forwarded yet: ${outcome.cause}`, fields);
        }
        return;
      default:
        outcome satisfies never;
    }
  };
};

/**
 * The log of what is forwarded to all destinations.
 * @param nowMs a clock, in milliseconds.
 */
export const createForwardingLog = (log: Log, nowMs?: () => number): ((forwarded: Forwarded) => void) => {
  const logs = new Map<string, (forwarded: Forwarded) => void>();
  return (forwarded) => {
    const {destination} = forwarded;
    const known = logs.get(destination) ?? createDestinationLog(log, destination, nowMs);
    logs.set(destination, known);
    known(forwarded);
  };
};
