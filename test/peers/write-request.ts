import {
  bytesOf,
  exemplarOf,
  type Field,
  fieldsOf,
  type RemoteExemplar,
  type RemoteSample,
  sampleOf,
  utf8,
} from './write-request-wire.ts';

/** Name and value of each label, in the order and number in which they were sent. */
export type RemoteLabels = readonly (readonly [name: string, value: string])[];

export interface TimeSeries {
  readonly labels: RemoteLabels;
  readonly samples: readonly RemoteSample[];
  /** Prometheus' own addition to 1.0; absent where there are none. */
  readonly exemplars?: readonly RemoteExemplar<RemoteLabels>[];
}

/**
 * Decodes the uncompressed body of a remote write 1.0 request, by the schema in the specification's "Protocol",
 * and the exemplars that Prometheus adds to it.
 * Written from the wire format on, so that it shares no code with the encoder under test.
 * Throws a WireError for anything else.
 */
export function decodeWriteRequest(message: Buffer): TimeSeries[] {
  return fieldsOf(message, 'WriteRequest').map((field) => timeSeries(bytesOf(field, 1, 'WriteRequest')));
}

function timeSeries(message: Buffer): TimeSeries {
  const labels: [string, string][] = [];
  const samples: RemoteSample[] = [];
  const exemplars: RemoteExemplar<RemoteLabels>[] = [];
  for (const field of fieldsOf(message, 'TimeSeries')) {
    if (field.number === 1) labels.push(label(bytesOf(field, 1, 'TimeSeries')));
    else if (field.number === 3) exemplars.push(exemplarOf(bytesOf(field, 3, 'TimeSeries'), labelsOf));
    else samples.push(sampleOf(bytesOf(field, 2, 'TimeSeries'), '1.0'));
  }
  return {labels, samples, ...(exemplars.length > 0 && {exemplars})};
}

function labelsOf(fields: readonly Field[]): RemoteLabels {
  return fields.map((field) => label(bytesOf(field, 1, 'Exemplar')));
}

function label(message: Buffer): [string, string] {
  let name = '';
  let value = '';
  for (const field of fieldsOf(message, 'Label')) {
    if (field.number === 1) name = utf8(bytesOf(field, 1, 'Label'));
    else value = utf8(bytesOf(field, 2, 'Label'));
  }
  return [name, value];
}
