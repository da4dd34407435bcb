import {
  bytesOf,
  exemplarOf,
  type Field,
  fieldsOf,
  type RemoteExemplar,
  type RemoteSample,
  sampleOf,
  uint32Of,
  uint32sOf,
  utf8,
} from './write-request-wire.ts';

/** A remote write 2.0 request as it is on the wire, its references not resolved. */
export interface RequestV2 {
  readonly symbols: readonly string[];
  readonly timeseries: readonly TimeSeriesV2[];
}

export interface TimeSeriesV2 {
  readonly labelsRefs: readonly number[];
  readonly samples: readonly RemoteSample[];
  readonly metadata?: MetadataV2;
  /** Absent where there are none; `labels` are references as `labelsRefs` are. */
  readonly exemplars?: readonly RemoteExemplar<readonly number[]>[];
}

export interface MetadataV2 {
  /** The number of the specification's MetricType: 0 is unspecified, 2 a gauge. */
  readonly type: number;
  readonly helpRef: number;
  readonly unitRef: number;
}

/**
 * Decodes the uncompressed body of a remote write 2.0 request, by the schema in the specification's "Protobuf Message",
 * without histograms.
 * Written from the wire format on, so that it shares no code with the encoder under test.
 * Throws a WireError for anything else.
 */
export function decodeRequestV2(message: Buffer): RequestV2 {
  const symbols: string[] = [];
  const timeseries: TimeSeriesV2[] = [];
  for (const field of fieldsOf(message, 'Request')) {
    if (field.number === 4) symbols.push(utf8(bytesOf(field, 4, 'Request')));
    else timeseries.push(timeSeries(bytesOf(field, 5, 'Request')));
  }
  return {symbols, timeseries};
}

function timeSeries(message: Buffer): TimeSeriesV2 {
  const labelsRefs: number[] = [];
  const samples: RemoteSample[] = [];
  const exemplars: RemoteExemplar<readonly number[]>[] = [];
  let metadata: {metadata?: MetadataV2} = {};
  for (const field of fieldsOf(message, 'TimeSeries')) {
    if (field.number === 1) labelsRefs.push(...uint32sOf(bytesOf(field, 1, 'TimeSeries'), 'labels_refs'));
    else if (field.number === 2) samples.push(sampleOf(bytesOf(field, 2, 'TimeSeries'), '2.0'));
    else if (field.number === 4) exemplars.push(exemplarOf(bytesOf(field, 4, 'TimeSeries'), referencesOf));
    else metadata = {metadata: metadataOf(bytesOf(field, 5, 'TimeSeries'))};
  }
  return {labelsRefs, samples, ...metadata, ...(exemplars.length > 0 && {exemplars})};
}

function referencesOf(fields: readonly Field[]): readonly number[] {
  return fields.flatMap((field) => uint32sOf(bytesOf(field, 1, 'Exemplar'), 'labels_refs'));
}

function metadataOf(message: Buffer): MetadataV2 {
  let [type, helpRef, unitRef] = [0, 0, 0];
  for (const field of fieldsOf(message, 'Metadata')) {
    if (field.number === 1) type = uint32Of(field, 1, 'Metadata');
    else if (field.number === 3) helpRef = uint32Of(field, 3, 'Metadata');
    else unitRef = uint32Of(field, 4, 'Metadata');
  }
  return {type, helpRef, unitRef};
}
