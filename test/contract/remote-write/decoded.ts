import {uncompress} from 'snappyjs';
import {type RemoteWriteVersion, versionOf} from '../../peers/strict-receiver-rules.ts';
import {decodeWriteRequest, type RemoteLabels} from '../../peers/write-request.ts';
import {decodeRequestV2, type MetadataV2, type RequestV2} from '../../peers/write-request-v2.ts';
import type {RemoteExemplar, RemoteSample} from '../../peers/write-request-wire.ts';
import type {ReceivedRequest} from '../http-server.ts';

export interface DecodedSeries {
  readonly labels: RemoteLabels;
  readonly samples: readonly RemoteSample[];
  readonly exemplars: readonly RemoteExemplar<RemoteLabels>[];
  /** Only in 2.0. */
  readonly metadata?: {readonly type: number; readonly help: string; readonly unit: string};
}

/** A request, and what its body holds. */
export interface Decoded {
  readonly request: ReceivedRequest;
  readonly version: RemoteWriteVersion;
  readonly message: Buffer;
  readonly series: readonly DecodedSeries[];
  /** As it is on the wire; only in 2.0. */
  readonly v2?: RequestV2;
}

const resolve = ({symbols, timeseries}: RequestV2): DecodedSeries[] => {
  const symbol = (reference: number | undefined): string =>
    symbols[reference ?? -1] ?? `no symbol ${reference}`;
  const labelsOf = (references: readonly number[]): RemoteLabels =>
    references.flatMap((name, place) =>
      place % 2 === 0 ? [[symbol(name), symbol(references[place + 1])] as const] : [],
    );
  const describe = ({type, helpRef, unitRef}: MetadataV2) => ({
    type,
    help: symbol(helpRef),
    unit: symbol(unitRef),
  });
  return timeseries.map(({labelsRefs, samples, exemplars = [], metadata}) => ({
    labels: labelsOf(labelsRefs),
    samples,
    exemplars: exemplars.map((each) => ({...each, labels: labelsOf(each.labels)})),
    ...(metadata && {metadata: describe(metadata)}),
  }));
};

/** Decodes a request by its Content-Type. Throws for whatever the version's schema does not have. */
export const decode = (request: ReceivedRequest): Decoded => {
  const version = versionOf(request);
  const message = Buffer.from(uncompress(request.body));
  if (version === '1.0') {
    const series = decodeWriteRequest(message).map(({exemplars = [], ...each}) => ({...each, exemplars}));
    return {request, version, message, series};
  }
  const v2 = decodeRequestV2(message);
  return {request, version, message, series: resolve(v2), v2};
};

/** A series' labels without those that tell where it comes from. */
export const labelsOf = ({labels}: DecodedSeries): Readonly<Record<string, string>> =>
  Object.fromEntries(labels);

export const nameOf = (series: DecodedSeries): string => labelsOf(series)['__name__'] ?? '';

/** All samples of a metric, in the order of arrival, as `VALUE@TIME`. */
export const samplesOf = (decoded: readonly Decoded[], name: string): string[] =>
  decoded
    .flatMap(({series}) => series)
    .filter((series) => nameOf(series) === name)
    .flatMap(({samples}) => samples.map(({value, timestampMs}) => `${value}@${timestampMs}`));
