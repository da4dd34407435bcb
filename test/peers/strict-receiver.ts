import {type Behaviour, type ReceivedRequest, type Receiver, type Reply, startReceiver} from './receiver.ts';
import {parseRemoteWrite, type RemoteWriteVersion, versionOf} from './strict-receiver-rules.ts';
import type {TimeSeries} from './write-request.ts';
import type {RemoteSample} from './write-request-wire.ts';

/** Whose words and status a sample is refused with that comes after a newer one of its series. */
export type Flavour = 'mimir' | 'thanos';

/**
 * What it does with remote write 2.0: take it as strictly as 1.0; answer 415; or, as a 1.0 receiver that does not look at
 * the content type, read an empty message and answer 204.
 */
export type AnswerToV2 = 'taken' | 'refused' | 'misread';

export interface StoredSample extends RemoteSample {
  readonly labels: Readonly<Record<string, string>>;
}

/** A receiver of remote write that lets nothing pass which the specifications forbid. */
export interface StrictReceiver extends Receiver {
  /** Every sample it stored, in the order of arrival. A repetition of a series' newest sample is stored once. */
  readonly samples: readonly StoredSample[];
  /** Every sample of the requests without violations, in the order of arrival: repetitions and refused ones are in it. */
  readonly arrived: readonly StoredSample[];
  /** What requests had that the specification forbids. Such a request gets 400 and nothing of it is stored. */
  readonly violations: readonly string[];
  /** What was refused because of what had been stored before. The rest of such a request is stored. */
  readonly conflicts: readonly string[];
  /** How it behaves at first; give it to `behave` to go back to it after a fault. */
  readonly strict: Behaviour;
}

/** Starts a strict receiver on a free port unless one is given. */
export async function startStrictReceiver(
  flavour: Flavour = 'mimir',
  options: {readonly port?: number; readonly v2?: AnswerToV2} = {},
): Promise<StrictReceiver> {
  const {v2 = 'taken'} = options;
  const samples: StoredSample[] = [];
  const arrived: StoredSample[] = [];
  const violations: string[] = [];
  const conflicts: string[] = [];
  const newest = new Map<string, RemoteSample>();

  /** Stores a sample, or returns why its series can't take it. */
  const store = (series: TimeSeries, sample: RemoteSample): string | undefined => {
    const key = JSON.stringify(series.labels);
    const storable = {labels: Object.fromEntries(series.labels), ...sample};
    arrived.push(storable);
    const last = newest.get(key);
    if (last !== undefined && sample.timestampMs <= last.timestampMs) {
      if (sample.timestampMs < last.timestampMs) return conflictWords[flavour].outOfOrder(series, sample);
      return Object.is(sample.value, last.value)
        ? undefined
        : conflictWords[flavour].duplicate(series, sample);
    }
    newest.set(key, sample);
    samples.push(storable);
    return undefined;
  };

  const judge = (request: ReceivedRequest): Reply => {
    const version = versionOf(request);
    if (version === '2.0' && v2 === 'refused') return {status: 415, body: 'unsupported protobuf message\n'};
    if (version === '2.0' && v2 === 'misread') return {status: 204};
    const parsed = parseRemoteWrite(request);
    if ('violations' in parsed) {
      violations.push(...parsed.violations);
      return {status: 400, body: `${parsed.violations.join('\n')}\n`, headers: writtenHeaders(version, 0)};
    }
    const stored = parsed.series.flatMap((series) => series.samples.map((sample) => store(series, sample)));
    const refused = stored.filter((words) => words !== undefined);
    conflicts.push(...refused);
    const headers = writtenHeaders(version, stored.length - refused.length);
    if (refused[0] === undefined) return {status: 204, headers};
    return {status: conflictWords[flavour].status, body: `${refused[0]}\n`, headers};
  };

  const strict: Behaviour = {kind: 'judge', judge};
  return {...(await startReceiver(strict, options)), samples, arrived, violations, conflicts, strict};
}

/** 2.0, "Required Written Response Headers". */
function writtenHeaders(version: RemoteWriteVersion, samples: number): Record<string, string> {
  if (version === '1.0') return {};
  const counts = {samples, histograms: 0, exemplars: 0};
  return Object.fromEntries(
    Object.entries(counts).map(([kind, count]) => [`x-prometheus-remote-write-${kind}-written`, `${count}`]),
  );
}

const conflictWords = {
  mimir: {
    status: 400,
    outOfOrder: (series: TimeSeries, sample: RemoteSample) =>
      'failed pushing to ingester: user=anonymous: the sample has been rejected because another sample with a more ' +
      'recent timestamp has already been ingested and out-of-order samples are not allowed ' +
      `(err-mimir-sample-out-of-order). ${affected(series, sample)}`,
    duplicate: (series: TimeSeries, sample: RemoteSample) =>
      'failed pushing to ingester: user=anonymous: the sample has been rejected because another sample with the same ' +
      'timestamp, but a different value, has already been ingested ' +
      `(err-mimir-sample-duplicate-timestamp). ${affected(series, sample)}`,
  },
  thanos: {
    status: 409,
    outOfOrder: () => 'store locally for endpoint 127.0.0.1:10901: add 1 samples: out of order sample',
    duplicate: () =>
      'store locally for endpoint 127.0.0.1:10901: add 1 samples: duplicate sample for timestamp',
  },
} as const;

function affected({labels}: TimeSeries, {timestampMs}: RemoteSample): string {
  const pairs = labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ');
  return `The affected sample has timestamp ${new Date(timestampMs).toISOString()} and is from series {${pairs}}`;
}
