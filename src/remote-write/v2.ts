import protobuf from 'protobufjs/minimal.js';
import type {Labels} from '../metrics/sample.ts';
import type {MetricType} from '../scrape/block.ts';
import type {Protocol} from './protocol.ts';
import {delimited, encodeSamples, fixed64, varint} from './sample-message.ts';
import type {TimeSeries} from './series.ts';

/** The fields of proto/remote-write-2.0.proto. */
const tag = {
  request: {symbols: delimited(4), timeseries: delimited(5)},
  timeSeries: {
    labelsRefs: delimited(1),
    samples: delimited(2),
    exemplars: delimited(4),
    metadata: delimited(5),
  },
  exemplar: {labelsRefs: delimited(1), value: fixed64(2), timestamp: varint(3)},
  metadata: {type: varint(1), helpRef: varint(3), unitRef: varint(4)},
} as const;

/** The specification's MetricType. */
const metricTypes: Readonly<Record<MetricType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugehistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
};

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
 * Every series has its type and its help, and its unit where it has one.
 */
const encode = (series: readonly TimeSeries[]): Uint8Array => {
  const symbols = createSymbols();
  const timeseries = protobuf.Writer.create();
  const writeLabels = (field: number, labels: Labels): void => {
    timeseries.uint32(field).fork();
    for (const [name, value] of labels) {
      timeseries.uint32(symbols.reference(name)).uint32(symbols.reference(value));
    }
    timeseries.ldelim();
  };
  for (const each of series) {
    timeseries.uint32(tag.request.timeseries).fork();
    writeLabels(tag.timeSeries.labelsRefs, each.labels);
    timeseries.raw(encodeSamples(tag.timeSeries.samples, each, each.createdMs));
    for (const {labels, value, timestampMs} of each.exemplars ?? []) {
      timeseries.uint32(tag.timeSeries.exemplars).fork();
      writeLabels(tag.exemplar.labelsRefs, labels);
      timeseries.uint32(tag.exemplar.value).double(value);
      timeseries.uint32(tag.exemplar.timestamp).int64(timestampMs);
      timeseries.ldelim();
    }
    timeseries.uint32(tag.timeSeries.metadata).fork();
    timeseries.uint32(tag.metadata.type).uint32(metricTypes[each.type ?? 'gauge']);
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
  seriesTag: tag.request.timeseries,
  encode,
};
