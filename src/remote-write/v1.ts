import protobuf from 'protobufjs/minimal.js';
import type {Labels} from '../metrics/sample.ts';
import type {Protocol} from './protocol.ts';
import {delimited, encodeSamples, fixed64, varint} from './sample-message.ts';
import type {TimeSeries} from './series.ts';

/** The fields of proto/remote-write-1.0.proto. */
const tag = {
  writeRequest: {timeseries: delimited(1)},
  timeSeries: {labels: delimited(1), samples: delimited(2), exemplars: delimited(3)},
  label: {name: delimited(1), value: delimited(2)},
  exemplar: {labels: delimited(1), value: fixed64(2), timestamp: varint(3)},
} as const;

const writeLabels = (writer: protobuf.Writer, field: number, labels: Labels): void => {
  for (const [name, value] of labels) {
    writer.uint32(field).fork();
    writer.uint32(tag.label.name).string(name.toWellFormed());
    writer.uint32(tag.label.value).string(value.toWellFormed());
    writer.ldelim();
  }
};

/**
 * Encodes a remote-write 1.0 request: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol
 * Writes labels and points in the order given; the specification's order is the caller's to keep.
 * Unpaired surrogates, which UTF-8 can't express, become U+FFFD. Exemplars are an addition of Prometheus' own, which its
 * receivers take; metadata and start timestamps have no place.
 */
const encode = (series: readonly TimeSeries[]): Uint8Array => {
  const writer = protobuf.Writer.create();
  for (const each of series) {
    writer.uint32(tag.writeRequest.timeseries).fork();
    writeLabels(writer, tag.timeSeries.labels, each.labels);
    writer.raw(encodeSamples(tag.timeSeries.samples, each));
    for (const {labels, value, timestampMs} of each.exemplars ?? []) {
      writer.uint32(tag.timeSeries.exemplars).fork();
      writeLabels(writer, tag.exemplar.labels, labels);
      writer.uint32(tag.exemplar.value).double(value);
      writer.uint32(tag.exemplar.timestamp).int64(timestampMs);
      writer.ldelim();
    }
    writer.ldelim();
  }
  return writer.finish(true);
};

/** Remote write 1.0. Its headers are a MUST: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol */
export const v1: Protocol = {
  message: 'prometheus.WriteRequest',
  headers: {
    'content-type': 'application/x-protobuf',
    'x-prometheus-remote-write-version': '0.1.0',
  },
  seriesTag: tag.writeRequest.timeseries,
  encode,
};
