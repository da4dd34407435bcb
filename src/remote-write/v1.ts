import {type ByteWriter, createByteWriter} from '../byte-writer.ts';
import type {Labels} from '../metrics/sample.ts';
import type {Encoded, Protocol} from './protocol.ts';
import {delimited, writeExemplarPoint, writeSamples} from './sample-message.ts';
import type {TimeSeries} from './series.ts';

/** The fields of proto/remote-write-1.0.proto. */
const tag = {
  writeRequest: {timeseries: delimited(1)},
  timeSeries: {labels: delimited(1), samples: delimited(2), exemplars: delimited(3)},
  label: {name: delimited(1), value: delimited(2)},
  exemplar: {labels: delimited(1)},
} as const;

// Used again for each request: those of a backlog would be much garbage otherwise.
const request = createByteWriter(0);
const timeSeries = createByteWriter(0);
const exemplar = createByteWriter(0);
const label = createByteWriter(0);

const writeLabels = (writer: ByteWriter, field: number, labels: Labels): void => {
  for (const [name, value] of labels) {
    label.clear();
    label.byte(tag.label.name);
    label.text(name);
    label.byte(tag.label.value);
    label.text(value);
    writer.byte(field);
    writer.message(label);
  }
};

/**
 * Encodes a remote-write 1.0 request: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol
 * Writes labels and points in the order given; the specification's order is the caller's to keep.
 * Unpaired surrogates, which UTF-8 can't express, become U+FFFD. Exemplars are an addition of Prometheus' own, which its
 * receivers take; metadata and start timestamps have no place.
 */
const encode = (series: Iterable<TimeSeries>): Encoded => {
  let samples = 0;
  request.clear();
  for (const each of series) {
    timeSeries.clear();
    writeLabels(timeSeries, tag.timeSeries.labels, each.labels);
    writeSamples(timeSeries, tag.timeSeries.samples, each);
    samples += each.values.length;
    for (const point of each.exemplars ?? []) {
      exemplar.clear();
      writeLabels(exemplar, tag.exemplar.labels, point.labels);
      writeExemplarPoint(exemplar, point);
      timeSeries.byte(tag.timeSeries.exemplars);
      timeSeries.message(exemplar);
    }
    request.byte(tag.writeRequest.timeseries);
    request.message(timeSeries);
  }
  return {bytes: request.written(), samples};
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
