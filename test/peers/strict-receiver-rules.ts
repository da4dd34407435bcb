import {uncompress} from 'snappyjs';
import type {ReceivedRequest} from './receiver.ts';
import {decodeWriteRequest, type RemoteLabels, type TimeSeries} from './write-request.ts';
import {decodeRequestV2, type RequestV2, type TimeSeriesV2} from './write-request-v2.ts';

/** What a request is by the specification: its series, or everything about it that is forbidden. */
export type Parsed = {readonly series: readonly TimeSeries[]} | {readonly violations: readonly string[]};

export type RemoteWriteVersion = '1.0' | '2.0';

/** The version whose message a request says it has, by the parameter of its content type. */
export function versionOf({headers}: ReceivedRequest): RemoteWriteVersion {
  return /;\s*proto=io\.prometheus\.write\.v2\.Request$/.test(headers['content-type'] ?? '') ? '2.0' : '1.0';
}

/** Parses a request by the whole of its version's specification. */
export function parseRemoteWrite(request: ReceivedRequest): Parsed {
  const version = versionOf(request);
  const envelope = envelopeViolations(request, version);
  if (envelope.length > 0) return {violations: envelope};
  try {
    const message = Buffer.from(uncompress(request.body));
    const {series, violations} =
      version === '1.0'
        ? {series: decodeWriteRequest(message), violations: []}
        : resolveV2(decodeRequestV2(message));
    const all = [...violations, ...series.flatMap(seriesViolations), ...orderViolations(series)];
    return all.length > 0 ? {violations: all} : {series};
  } catch (error) {
    return {violations: [`the body is no snappy-compressed message of ${version}: ${String(error)}`]};
  }
}

const versionHeaders = {
  '1.0': {
    'content-type': /^application\/x-protobuf(;proto=prometheus\.WriteRequest)?$/,
    'x-prometheus-remote-write-version': /^0\.1\.0$/,
  },
  '2.0': {
    'content-type': /^application\/x-protobuf;proto=io\.prometheus\.write\.v2\.Request$/,
    'x-prometheus-remote-write-version': /^2\.0\.0$/,
  },
} as const;

/** "Protocol": the method, the four headers, and snappy's block format rather than its framed one. */
function envelopeViolations({method, headers, body}: ReceivedRequest, version: RemoteWriteVersion): string[] {
  const required = {
    'content-encoding': /^snappy$/,
    'user-agent': /^[^\s/]+\/\S+/,
    ...versionHeaders[version],
  };
  const violations = Object.entries(required)
    .filter(([name, pattern]) => !pattern.test(String(headers[name] ?? '')))
    .map(([name, pattern]) => `header ${name} is ${JSON.stringify(headers[name])}, not ${pattern}`);
  if (method !== 'POST') violations.push(`the method is ${method}, not POST`);
  if (body.includes('sNaPpY')) violations.push('the body is in the framed snappy format');
  return violations;
}

/** The series with their references resolved, checked by 2.0's "Symbols" and "Metadata", whose SHOULD counts as MUST. */
function resolveV2({symbols, timeseries}: RequestV2): {series: TimeSeries[]; violations: string[]} {
  const violations: string[] = [];
  if (symbols[0] !== '') violations.push(`the first symbol is ${JSON.stringify(symbols[0])}, not empty`);
  if (new Set(symbols).size < symbols.length) violations.push('a symbol is repeated');
  const references = timeseries.flatMap(referencesOf);
  const used = new Set([0, ...references]);
  for (const [place, symbol] of symbols.entries())
    if (!used.has(place)) violations.push(`symbol ${place}, ${JSON.stringify(symbol)}, is not used`);
  for (const reference of references)
    if (reference >= symbols.length)
      violations.push(`there is no symbol ${reference}, only ${symbols.length} of them`);
  for (const {labelsRefs, metadata} of timeseries) {
    if (labelsRefs.length % 2 === 1) violations.push(`there are ${labelsRefs.length} references to labels`);
    if (metadata === undefined || metadata.type === 0) violations.push('a series is of unspecified type');
  }
  const symbol = (reference = 0) => symbols[reference] ?? '';
  const labelsOf = (references: readonly number[]): RemoteLabels =>
    references.flatMap((name, place) =>
      place % 2 === 0 ? [[symbol(name), symbol(references[place + 1])] as const] : [],
    );
  const series = timeseries.map(({labelsRefs, samples, exemplars}) => ({
    labels: labelsOf(labelsRefs),
    samples,
    ...(exemplars && {exemplars: exemplars.map((each) => ({...each, labels: labelsOf(each.labels)}))}),
  }));
  return {series, violations};
}

function referencesOf({labelsRefs, metadata, exemplars = []}: TimeSeriesV2): number[] {
  const ofMetadata = metadata === undefined ? [] : [metadata.helpRef, metadata.unitRef];
  return [...labelsRefs, ...ofMetadata, ...exemplars.flatMap(({labels}) => labels)];
}

/** "Labels": sorted, unique, none empty, valid names. A missing `__name__` (SHOULD) counts as a violation too. */
function seriesViolations({labels, samples}: TimeSeries): string[] {
  const names = labels.map(([name]) => name);
  const series = JSON.stringify(labels);
  const violations: string[] = [];
  for (const [name, value] of labels) {
    if (value === '') violations.push(`label ${name} is empty in ${series}`);
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
      violations.push(`label name ${JSON.stringify(name)} is not valid`);
    if (name === '__name__' && !/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(value))
      violations.push(`metric name ${JSON.stringify(value)} is not valid`);
  }
  if (!names.includes('__name__')) violations.push(`__name__ is missing in ${series}`);
  if (new Set(names).size < names.length) violations.push(`a label name is repeated in ${series}`);
  if (names.some((name, place) => place > 0 && name < (names[place - 1] ?? '')))
    violations.push(`label names are not sorted in ${series}`);
  if (samples.length === 0) violations.push(`there is no sample in ${series}`);
  return violations;
}

/** "Ordering": within one request, each sample of a series is later than the one before. */
function orderViolations(allSeries: readonly TimeSeries[]): string[] {
  const newestMs = new Map<string, number>();
  const violations: string[] = [];
  for (const {labels, samples} of allSeries) {
    const series = JSON.stringify(labels);
    for (const {timestampMs} of samples) {
      const lastMs = newestMs.get(series);
      if (lastMs !== undefined && timestampMs <= lastMs)
        violations.push(`a sample of ${timestampMs} follows one of ${lastMs} in ${series}`);
      newestMs.set(series, timestampMs);
    }
  }
  return violations;
}
