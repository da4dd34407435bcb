import {type ByteWriter, createByteWriter} from '../byte-writer.ts';
import type {Labels} from '../metrics/sample.ts';
import type {MetricType} from '../scrape/block.ts';
import type {Encoded, Protocol} from './protocol.ts';
import {delimited, varint, writeExemplarPoint, writeSamples} from './sample-message.ts';
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
  exemplar: {labelsRefs: delimited(1)},
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

// Used again for each request: those of a backlog would be much garbage otherwise.
const request = createByteWriter(0);
const all = createByteWriter(0);
const timeSeries = createByteWriter(0);
const message = createByteWriter(0);
const exemplar = createByteWriter(0);

/**
 * Encodes a remote-write 2.0 request: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message
 * Writes labels and points in the order given; the specification's order is the caller's to keep.
 * Every series has its type and its help, and its unit where it has one.
 */
const encode = (series: Iterable<TimeSeries>): Encoded => {
  let samples = 0;
  const symbols = createSymbols();
  all.clear();
  const writeLabels = (writer: ByteWriter, field: number, labels: Labels): void => {
    message.clear();
    for (const [name, value] of labels) {
      message.varint(symbols.reference(name));
      message.varint(symbols.reference(value));
    }
    writer.byte(field);
    writer.message(message);
  };
  for (const each of series) {
    timeSeries.clear();
    writeLabels(timeSeries, tag.timeSeries.labelsRefs, each.labels);
    writeSamples(timeSeries, tag.timeSeries.samples, each, each.createdMs);
    samples += each.values.length;
    for (const point of each.exemplars ?? []) {
      exemplar.clear();
      writeLabels(exemplar, tag.exemplar.labelsRefs, point.labels);
      writeExemplarPoint(exemplar, point);
      timeSeries.byte(tag.timeSeries.exemplars);
      timeSeries.message(exemplar);
    }
    message.clear();
    message.byte(tag.metadata.type);
    message.varint(metricTypes[each.type ?? 'gauge']);
    message.byte(tag.metadata.helpRef);
    message.varint(symbols.reference(each.help));
    if (each.unit !== undefined) {
      message.byte(tag.metadata.unitRef);
      message.varint(symbols.reference(each.unit));
    }
    timeSeries.byte(tag.timeSeries.metadata);
    timeSeries.message(message);
    all.byte(tag.request.timeseries);
    all.message(timeSeries);
  }
  // The symbols come first, so that a receiver can resolve references as it reads.
  request.clear();
  for (const symbol of symbols.all()) {
    request.byte(tag.request.symbols);
    request.text(symbol);
  }
  request.bytes(all.written());
  return {bytes: request.written(), samples};
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
