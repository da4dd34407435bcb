import {lowestMean} from './statistics.ts';

/** The part of the round trips that counts: `TMP`, the draft's trimmed mean percentage. */
const keptPart = 0.95;
const msPerMinute = 60_000;

/**
 * Responsiveness under load in round trips per minute, from the round trips of one transfer in milliseconds;
 * `undefined` when there was none. It is draft-ietf-ippm-responsiveness' figure with its request on a separate
 * connection (`http_f`) alone: 60000 / TM(http_f), where TM is the mean without the longest 5 %.
 */
export const responsivenessRpm = (roundTripsMs: readonly number[]): number | undefined =>
  roundTripsMs.length === 0 ? undefined : msPerMinute / lowestMean(roundTripsMs, keptPart);
