import protobuf from 'protobufjs/minimal.js';
import type {Protocol} from './protocol.ts';
import {delimited, encodeSamples, varint} from './sample-message.ts';
import type {TimeSeries} from './series.ts';

/** The fields of proto/remote-write-2.0.proto. */
const tag = {
  request: {symbols: delimited(4), timeseries: delimited(5)},
  timeSeries: {labelsRefs: delimited(1), samples: delimited(2), metadata: delimited(5)},
  metadata: {type: varint(1), helpRef: varint(3), unitRef: varint(4)},
} as const;

const metricTypeGauge = 2;

/** The strings of one request, each once, as references to their places in its table of symbols. */
const createSymbols = () => {
  // The first is the empty one, which stands for what is not given.
  const references = new Map([['', 0]]);
  return {
    /** Unpaired surrogates, which UTF-8 can't express, become U+FFFD. */
    reference: (text: string): number => {
      const symbol = text.toWellFormed();
      const known = references.get(symbol);
      if (known !== undefined) return known;
      const created = references.size;
      references.set(symbol, created);
      return created;
    },
    all: (): Iterable<string> => references.keys(),
  };
};

/**
 * Encodes a remote-write 2.0 request: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message
 * Writes labels and points in the order given; the specification's order is the caller's to keep.
 * Every series is a gauge with its help, and its unit where it has one.
 */
const encode = (series: readonly TimeSeries[]): Uint8Array => {
  const symbols = createSymbols();
  const timeseries = protobuf.Writer.create();
  for (const each of series) {
    timeseries.uint32(tag.request.timeseries).fork();
    timeseries.uint32(tag.timeSeries.labelsRefs).fork();
    for (const [name, value] of each.labels) {
      timeseries.uint32(symbols.reference(name)).uint32(symbols.reference(value));
    }
    timeseries.ldelim();
    timeseries.raw(encodeSamples(tag.timeSeries.samples, each));
    timeseries.uint32(tag.timeSeries.metadata).fork();
    timeseries.uint32(tag.metadata.type).uint32(metricTypeGauge);
    timeseries.uint32(tag.metadata.helpRef).uint32(symbols.reference(each.help));
    if (each.unit !== undefined) timeseries.uint32(tag.metadata.unitRef).uint32(symbols.reference(each.unit));
    timeseries.ldelim();
    timeseries.ldelim();
  }
  // The symbols come first, so that a receiver can resolve references as it reads.
  const request = protobuf.Writer.create();
  for (const symbol of symbols.all()) request.uint32(tag.request.symbols).string(symbol);
  return Buffer.concat([request.finish(true), timeseries.finish(true)]);
};

/** Remote write 2.0. Its headers are a MUST: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protocol */
export const v2: Protocol = {
  message: 'io.prometheus.write.v2.Request',
  headers: {
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': '2.0.0',
  },
  encode,
};
