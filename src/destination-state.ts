import type {Sink} from './delivery/sink.ts';
import type {Journal} from './journal/journal.ts';
import {whereReadable} from './journal/where-readable.ts';
import type {DestinationState} from './telemetry/delivery-metrics.ts';

/**
 * How far a destination has come. While the journal's file can't be read, it is known how many results wait, and not
 * since when.
 */
export const destinationState = (
  {name, sentBytes}: Pick<Sink, 'name' | 'sentBytes'>,
  journal: Pick<Journal, 'after' | 'cursor' | 'lastId'>,
): DestinationState => {
  const doneId = journal.cursor(name);
  return {
    lagResults: journal.lastId() - doneId,
    oldestEndedAtMs: whereReadable(() => journal.after(doneId, 1))?.[0]?.result.endedAtMs,
    sentBytes: sentBytes(),
  };
};
