import {inWords, milliseconds, rate, volume} from '../quantity.ts';

/** A rate for people, from bytes per second, in bits. */
export const formatRate = (bytesPerSecond: number): string => inWords(rate(bytesPerSecond));

/** A volume for people, from bytes. */
export const formatBytes = (bytes: number): string => inWords(volume(bytes));

/** A time for people, from milliseconds. */
export const formatMs = (ms: number): string => inWords(milliseconds(ms));
