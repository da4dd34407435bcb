import type {Message} from './message.ts';
import type {Protocol} from './protocol.ts';
import {delimited} from './sample-message.ts';
import type {TimeSeries} from './series.ts';
import {compressPattern, varying} from './snappy-pattern.ts';

/** A series that a template is made of: what goes with each of its samples, and which of a list of values its value is. */
export interface TemplateSeries {
  readonly series: Omit<TimeSeries, 'values' | 'timestampsMs' | 'exemplars'>;
  readonly index: number;
}

/** A compressed request for one sample of each of some series, in which only the values and the time are missing. */
export interface Template {
  readonly samples: number;
  /** The request with this time, Unix milliseconds for which `takesTime`, and each series' value of a list. */
  fill(values: Float64Array, timeMs: number): Message;
}

const timeBytes = 6;
const fromMs = 2 ** (7 * (timeBytes - 1));
const toMs = 2 ** (7 * timeBytes);

/** Whether a time is a varint of as many bytes as a template has for it: from 1971 to 2109. */
export const takesTime = (timeMs: number): boolean => timeMs >= fromMs && timeMs < toMs;

const samplesTag = delimited(2);

/** A request as a pattern: its samples' values are bytes of their own, the bytes of their time shared ones. */
const patternOf = (message: Uint8Array, seriesTag: number): Uint16Array => {
  const pattern = Uint16Array.from(message);
  let at = 0;
  /** Moves behind a field's tag and length. Gives where the field ends. */
  const enterField = (): number => {
    let length = 0;
    let shift = 0;
    do {
      at += 1;
      length |= ((message[at] ?? 0) & 0x7f) << shift;
      shift += 7;
    } while ((message[at] ?? 0) > 0x7f);
    at += 1;
    return at + length;
  };
  while (at < message.length) {
    const isSeries = message[at] === seriesTag;
    const end = enterField();
    if (!isSeries) at = end;
    while (at < end) {
      const isSample = message[at] === samplesTag;
      const fieldEnd = enterField();
      if (isSample) {
        // A tag, 8 bytes of value, another tag, and the time: see `writeSamples`.
        pattern.fill(varying.ownNext, at + 1, at + 9);
        pattern[at + 1] = varying.ownFirst;
        for (let index = 0; index < timeBytes; index += 1) pattern[at + 10 + index] = varying.shared + index;
      }
      at = fieldEnd;
    }
  }
  return pattern;
};

/** The bytes of a time's varint, the least significant first. */
const digitsOf = (timeMs: number): Uint8Array =>
  Uint8Array.from({length: timeBytes}, (_, index) => {
    const digit = Math.floor(timeMs / 2 ** (7 * index)) & 0x7f;
    return index < timeBytes - 1 ? digit | 0x80 : digit;
  });

/**
 * Encodes and compresses a request once for all of its kind: to make one of them is then to copy it and to put the samples
 * in their places. Values keep their bits, but for NaNs, which become the one that Prometheus has, stale markers aside.
 */
export const createTemplate = (protocol: Protocol, from: Iterable<TemplateSeries>): Template => {
  const places: number[] = [];
  const withSamples = function* (): Generator<TimeSeries> {
    for (const {series, index} of from) {
      places.push(index);
      yield {...series, values: [0], timestampsMs: [fromMs]};
    }
  };
  const encoded = protocol.encode(withSamples());
  const {bytes, ownAt, sharedAt} = compressPattern(patternOf(encoded.bytes, protocol.seriesTag));
  const indices = Uint32Array.from(places);
  const samples = indices.length;
  return {
    samples,
    fill: (values, timeMs) => {
      const body = bytes.slice();
      const digits = digitsOf(timeMs);
      for (let place = 0; place < sharedAt.length; place += 2)
        body[sharedAt[place] ?? 0] = digits[sharedAt[place + 1] ?? 0] ?? 0;
      const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
      const view = new DataView(body.buffer);
      for (let place = 0; place < samples; place += 1) {
        const word = (indices[place] ?? 0) * 2;
        const low = words[word] ?? 0;
        const high = words[word + 1] ?? 0;
        const at = ownAt[place] ?? 0;
        const isNotNumber = (high & 0x7ff0_0000) === 0x7ff0_0000 && ((high & 0xf_ffff) !== 0 || low !== 0);
        if (isNotNumber && !(high === 0x7ff0_0000 && low === 2)) {
          view.setUint32(at, 1, true);
          view.setUint32(at + 4, 0x7ff8_0000, true);
        } else {
          view.setUint32(at, low, true);
          view.setUint32(at + 4, high, true);
        }
      }
      return {body, samples};
    },
  };
};
