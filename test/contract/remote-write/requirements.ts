import type {RemoteWriteVersion} from '../../peers/strict-receiver-rules.ts';

/** What the specifications ask of a sender, in short. */
export interface Requirement {
  /** The section of each version's specification that asks for it. */
  readonly sections: Partial<Readonly<Record<RemoteWriteVersion, string>>>;
  readonly words: string;
}

const both = (section: string, words: string): Requirement => ({
  sections: {'1.0': section, '2.0': section},
  words,
});
const inEach = (first: string, second: string, words: string): Requirement => ({
  sections: {'1.0': first, '2.0': second},
  words,
});
const in1 = (section: string, words: string): Requirement => ({sections: {'1.0': section}, words});
const in2 = (section: string, words: string): Requirement => ({sections: {'2.0': section}, words});

const labels = (words: string): Requirement => inEach('Labels', 'Series Labels', words);
const staleness = (words: string): Requirement =>
  inEach('Stale Markers', 'Samples and Histogram Samples', words);

/**
 * Every MUST, MUST NOT, SHOULD, SHOULD NOT and RECOMMENDED that binds a sender, in the order of the specifications:
 * https://prometheus.io/docs/specs/prw/remote_write_spec/ and
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ (2.0-rc.4).
 */
export const requirements = {
  post: both('Protocol', 'MUST send the message in the body of an HTTP POST to the URL that is provided'),
  message: inEach('Protocol', 'Protocol', 'MUST use the schema of the version, in protobuf’s binary format'),
  messageOfChoice: in2(
    'Protocol',
    'MUST support io.prometheus.write.v2.Request, SHOULD use it where possible',
  ),
  snappy: both('Protocol', 'MUST compress by Snappy, in its block format and NOT in its framed one'),
  timestamps: inEach('Protocol', 'Protobuf Message', 'MUST write timestamps as int64, in ms since 1970'),
  values: inEach('Protocol', 'Protobuf Message', 'MUST write values as float64'),
  contentEncoding: inEach('Protocol', 'Content-Encoding', 'MUST send Content-Encoding: snappy'),
  contentType: inEach('Protocol', 'Content-Type', 'MUST send the Content-Type of the message'),
  version: inEach(
    'Protocol',
    'X-Prometheus-Remote-Write-Version',
    'MUST send X-Prometheus-Remote-Write-Version: 0.1.0 with 1.0, SHOULD send 2.0.0 with 2.0',
  ),
  userAgent: inEach(
    'Protocol',
    'User-Agent',
    'MUST send a User-Agent, which SHOULD be as RFC 9110 has it: name/version',
  ),
  reservedHeaders: both('Protocol', 'MUST NOT let users replace these headers by their own'),
  successBody: inEach('Protocol', 'Response', 'MUST ignore the body of a success'),
  emptyFirst: in1(
    'Backward and forward compatibility',
    'MUST begin with an empty request of 1.0, and look for a version in the answer, before anything newer',
  ),
  completeLabels: labels('MUST send the complete set of labels with each sample'),
  name: labels('SHOULD have a label __name__'),
  uniqueLabels: labels('MUST NOT repeat a label name'),
  sortedLabels: labels('MUST sort labels by name'),
  emptyLabels: labels('MUST NOT send empty label names or values'),
  metricNames: labels('MUST (2.0: SHOULD) send metric names of [a-zA-Z_:]([a-zA-Z0-9_:])*'),
  labelNames: labels('MUST (2.0: SHOULD) send label names of [a-zA-Z_]([a-zA-Z0-9_])*'),
  labelValues: labels('MUST send label values as UTF-8, of any characters and length'),
  reservedNames: labels('SHOULD NOT use label names that begin with __'),
  errorWords: inEach(
    'Labels',
    'Response',
    "MUST NOT interpret a receiver's message, and SHOULD log it as it is",
  ),
  order: inEach(
    'Ordering',
    'Samples and Histogram Samples',
    'MUST send the samples of a series in timestamp order',
  ),
  retry5xx: both('Retries & Backoff', 'MUST retry on 5xx'),
  backoff: both('Retries & Backoff', 'MUST back off, so as not to overwhelm the server'),
  noRetry2xx: in1('Retries & Backoff', 'MUST NOT retry on 2xx'),
  noRetry4xx: inEach(
    'Retries & Backoff',
    'Invalid Samples',
    'MUST NOT retry on 4xx, other than 429 (2.0: and 415 in another format)',
  ),
  staleVanished: staleness('MUST send a stale marker when a target has a series no more'),
  staleFailed: staleness('MUST send stale markers when a scrape fails'),
  staleGone: staleness('MUST send stale markers when a target is gone'),
  staleOwnTimes: in2(
    'Samples and Histogram Samples',
    'MUST send stale markers for series that were scraped, unless they had timestamps of their own',
  ),
  staleBits: staleness('MUST write a stale marker as the NaN 0x7ff0000000000002'),
  staleOnly: staleness('MUST NOT use that NaN for anything else'),
  writtenIn1: in2(
    'Required Written Response Headers',
    'MUST NOT take missing Written headers for nothing written, when it sent a message of 1.0',
  ),
  misread: in2(
    'Required Written Response Headers',
    'SHOULD take a 2xx without any Written header for a 415, when it sent a message of 2.0',
  ),
  versionOfAnswer: in2(
    'Required Written Response Headers',
    "MUST NOT assume a receiver's version from the headers of its answer",
  ),
  manySeries: in2('Partial Write', 'SHOULD send samples of several series in one request'),
  unsupported: in2('Unsupported Request Content', 'SHOULD expect 400 for 415 from receivers of 1.0'),
  fallback: in2(
    'Content-Type',
    'SHOULD send application/x-protobuf, and MUST send 0.1.0, to receivers of 1.0',
  ),
  labelRefs: in2('Protobuf Message', 'MUST provide labels_refs for every series'),
  samples: in2('Protobuf Message', 'MUST provide a sample, or a histogram and NOT both, for every series'),
  metadata: in2('Protobuf Message', 'SHOULD provide type, help and unit'),
  exemplars: in2('Protobuf Message', 'SHOULD provide exemplars where a series has them'),
  symbols: in2('Symbols', 'MUST provide the symbols, each once, and those that are used'),
  emptySymbol: in2('Symbols', 'MUST begin the symbols with an empty one'),
  references: in2('Symbols', 'MUST refer to symbols that are there'),
  startTimestamp: in2(
    'Samples and Histogram Samples',
    'SHOULD provide start_timestamp for what counts, such as counters and histograms',
  ),
  startOfEpoch: in2('Samples and Histogram Samples', 'MUST write a start_timestamp of 0 as 1 or -1'),
  types: in2('Metadata', "SHOULD follow Prometheus' guidelines for types and help texts"),
  exemplarValue: in2('Exemplars', 'MUST give each exemplar a value'),
  exemplarTime: in2('Exemplars', 'MUST give each exemplar a timestamp, be it that of the scrape'),
  traceId: in2('Exemplars', 'SHOULD call the label of a trace trace_id'),
  buffer: both('Out of Scope', 'is RECOMMENDED to keep samples on disk while a receiver is away'),
  parallel: both('Out of Scope', 'MUST keep the order of each series where requests go in parallel'),
  login: both('Out of Scope', 'should support what is usual to log in and to encrypt'),
} as const satisfies Readonly<Record<string, Requirement>>;

export type RequirementId = keyof typeof requirements;
