import type {Delivery} from '../delivery/attempts.ts';
import {createLimiter} from '../limiter.ts';
import {createFailing, retryInSeconds, tellEveryMs} from './failing.ts';
import type {Log} from './log.ts';

/** What a person is told of one destination. */
interface DestinationLog {
  delivery(delivery: Delivery): void;
  error(error: unknown): void;
}

const createDestinationLog = (
  log: Log,
  destination: string,
  nowMs: (() => number) | undefined,
): DestinationLog => {
  // A destination that refuses a long backlog result by result must not fill a disk with lines.
  const rejections = createLimiter(tellEveryMs, nowMs);
  const unwrittens = createLimiter(tellEveryMs, nowMs);
  const errors = createLimiter(tellEveryMs, nowMs);
  const failing = createFailing(nowMs);

  return {
    delivery: ({outcome, attempted, settled, lag, retryInMs}) => {
      switch (outcome.kind) {
        case 'accepted': {
          const fields = {destination, results: settled, lag};
          if (failing.ended()) log.info('delivered again', fields);
          else log.debug('delivered', fields);
          if (outcome.unwritten !== undefined && unwrittens.next() !== undefined) {
            log.warn('the receiver took a request and did not write all of its samples', {
              destination,
              unwritten: outcome.unwritten,
            });
          }
          return;
        }
        case 'retry': {
          const fields = {destination, results: attempted, lag, retry_in_s: retryInSeconds(retryInMs)};
          const line = `not delivered yet: ${outcome.cause}`;
          if (failing.isToTell(outcome.cause)) log.warn(line, fields);
          else log.debug(line, fields);
          return;
        }
        case 'rejected': {
          if (settled === 0) {
            log.debug(`batch rejected, split: ${outcome.cause}`, {destination, results: attempted, lag});
            return;
          }
          const unlogged = rejections.next();
          const more = unlogged === undefined || unlogged === 0 ? undefined : unlogged;
          const line = `rejected for good: ${outcome.cause} (see queue rejected)`;
          const fields = {destination, results: settled, lag, more_since_last_line: more};
          if (unlogged === undefined) log.debug(line, fields);
          else log.error(line, fields);
          return;
        }
        default:
          outcome satisfies never;
      }
    },
    error: (error) => {
      if (errors.next() !== undefined) log.error(`delivery to ${destination} failed: ${String(error)}`);
    },
  };
};

/** The log of all deliveries, limited for each destination: what changes is told, what goes on is told now and then. */
export interface DeliveryLog {
  delivery(delivery: Delivery): void;
  /** What is wrong with the journal or with this program. */
  error(destination: string, error: unknown): void;
}

/** @param nowMs a clock, in milliseconds. */
export const createDeliveryLog = (log: Log, nowMs?: () => number): DeliveryLog => {
  const logs = new Map<string, DestinationLog>();
  const logOf = (destination: string): DestinationLog => {
    const known = logs.get(destination);
    if (known !== undefined) return known;
    const created = createDestinationLog(log, destination, nowMs);
    logs.set(destination, created);
    return created;
  };
  return {
    delivery: (delivery) => logOf(delivery.destination).delivery(delivery),
    error: (destination, error) => logOf(destination).error(error),
  };
};
