import {expect} from 'vitest';
import {parseRemoteWrite} from '../../peers/strict-receiver-rules.ts';
import {nameOf, samplesOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {bothSenders, type Check, type Checks} from './subject.ts';
import {lastMs, specialValues, tourTimesMs} from './tour.ts';

/** Checks a header of every request of the tour. */
const header =
  (name: string, expected: Readonly<Record<'1.0' | '2.0', string | RegExp>>): Check =>
  async ({tour, version}) => {
    for (const {request} of (await tour()).decoded) expect(request.headers[name]).toMatch(expected[version]);
  };

const exactly = (text: string): RegExp => new RegExp(`^${text.replaceAll('.', '\\.')}$`);

/** The bytes of a float64 as they are in a message. */
const bytesOf = (bits: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  return bytes;
};

/** How requests are made, and how numbers are written. */
export const wireChecks = {
  post: bothSenders(async ({tour}) => {
    const {decoded} = await tour();
    expect(decoded.length).toBeGreaterThan(tourTimesMs.length);
    for (const {request} of decoded)
      expect(request).toMatchObject({method: 'POST', path: '/api/v1/push?tenant=a%20b'});
  }),
  // That the decoders take every byte of it is the check: they know no other fields, and no metadata in 1.0.
  message: bothSenders(async ({tour, version}) => {
    for (const each of (await tour()).decoded) expect(each).toMatchObject({version});
    const parsed = (await tour()).decoded.map(({request}) => parseRemoteWrite(request));
    expect(parsed).toEqual(parsed.map(() => ({series: expect.any(Array)})));
  }),
  messageOfChoice: bothSenders(async ({tour}) => {
    for (const {v2} of (await tour()).decoded) expect(v2).toBeDefined();
  }),
  snappy: bothSenders(async ({tour}) => {
    for (const {request, message} of (await tour()).decoded) {
      // A block begins with the length of what it holds as a varint, a frame with 0xff and "sNaPpY".
      const length = [...request.body.subarray(0, 5)].reduce(
        ({sum, shift, open}, byte) => ({
          sum: open ? sum + (byte & 0x7f) * 2 ** shift : sum,
          shift: shift + 7,
          open: open && byte > 0x7f,
        }),
        {sum: 0, shift: 0, open: true},
      );
      expect(length.sum).toBe(message.length);
      expect(request.body.includes('sNaPpY')).toBe(false);
    }
  }),
  timestamps: bothSenders(async ({tour}) => {
    expect(samplesOf((await tour()).decoded, 'lasting_seconds').map((text) => text.split('@')[1])).toEqual(
      [...tourTimesMs, lastMs].map(String),
    );
  }),
  values: bothSenders(async ({tour}) => {
    const {decoded} = await tour();
    const first = decoded.flatMap(({series}) => series).filter((each) => nameOf(each) === 'special');
    const values = first.slice(0, specialValues.length).map(({samples}) => samples[0]?.value);
    expect(values).toEqual(specialValues);
    expect(samplesOf(decoded, 'special')).toHaveLength(specialValues.length * (tourTimesMs.length + 1));
    // A NaN has the bits that Prometheus has for all but the stale marker.
    for (const {message, series} of decoded)
      if (series.some(({samples}) => samples.some(({value}) => Number.isNaN(value))))
        expect(message.includes(bytesOf(0x7ff8_0000_0000_0001n))).toBe(true);
  }),
  contentEncoding: bothSenders(
    header('content-encoding', {'1.0': exactly('snappy'), '2.0': exactly('snappy')}),
  ),
  contentType: bothSenders(
    header('content-type', {
      '1.0': exactly('application/x-protobuf'),
      '2.0': exactly('application/x-protobuf;proto=io.prometheus.write.v2.Request'),
    }),
  ),
  version: bothSenders(
    header('x-prometheus-remote-write-version', {'1.0': exactly('0.1.0'), '2.0': exactly('2.0.0')}),
  ),
  userAgent: bothSenders(
    header('user-agent', {
      '1.0': exactly('speedtest-bridge/1.2.3'),
      '2.0': exactly('speedtest-bridge/1.2.3'),
    }),
  ),
  // The tour's settings have others of these names, in other letters, and one that is not reserved.
  reservedHeaders: bothSenders(async ({tour}) => {
    for (const {request} of (await tour()).decoded) {
      expect(request.headers['x-scope-orgid']).toBe('home');
      expect(Object.values(request.headers).join()).not.toMatch(/gzip|text\/plain|another|9\.9\.9/);
    }
  }),
  staleBits: bothSenders(async ({tour}) => {
    const {decoded} = await tour();
    const ending = decoded.filter(({series}) =>
      series.some(({samples}) => samples.some(({value}) => value === 'stale')),
    );
    expect(ending.length).toBeGreaterThan(1);
    for (const {message} of ending) expect(message.includes(bytesOf(0x7ff0_0000_0000_0002n))).toBe(true);
  }),
  staleOnly: bothSenders(async ({tour}) => {
    const {decoded} = await tour();
    // Of all that was sent before something ended, NaN included.
    const before = decoded.slice(0, tourTimesMs.length - 1);
    for (const {message} of before) expect(message.includes(bytesOf(0x7ff0_0000_0000_0002n))).toBe(false);
  }),
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;
