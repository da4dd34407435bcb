import {duration, type Quantity} from '../../quantity.ts';

/** At most two decimals, none of them a needless zero: 0.4 and not 0.40. */
export const percent = (value: number): Quantity => ({digits: `${Math.round(value * 100) / 100}`, unit: '%'});

/** Without needless zeros after the point, as the labels of an axis have it: `1 Gbit/s` and not `1.00 Gbit/s`. */
export const asLabel = ({digits, unit}: Quantity): string =>
  `${digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits} ${unit}`;

/** How long ago something was. Clocks of viewer and server may differ a little, so the last seconds are `just now`. */
export const ago = (thenMs: number, nowMs: number): string =>
  nowMs - thenMs < 10_000 ? 'just now' : `${duration(nowMs - thenMs)} ago`;

export const until = (thenMs: number, nowMs: number): string =>
  thenMs <= nowMs ? 'due now' : `in ${duration(thenMs - nowMs)}`;

/** A point in time in the viewer's own way of writing and time zone. */
export const moment = (ms: number): string =>
  new Date(ms).toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'short'});
