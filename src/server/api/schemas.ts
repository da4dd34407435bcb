import {z} from 'zod';
import type {Progress} from '../../engine/engine.ts';
import {failureClasses, skipClasses} from '../../result.ts';
import type {
  DestinationList,
  JobList,
  Problem,
  ProgressEvent,
  ResultPage,
  SeriesDocument,
  StartedTest,
  StatisticsDocument,
  StoredResult,
} from './shapes.ts';

// The shapes of the answers once more, for the OpenAPI document. It is made when it is first asked for.

const text = z.string();
const number = z.number();
const count = z.int().min(0);
const unixMs = z.number().meta({description: 'Unix milliseconds'});

const loadedLatency = z.strictObject({iqmMs: number, lowMs: number, highMs: number, jitterMs: number});

const transfer = z.strictObject({
  bytesPerSecond: number,
  bytes: number.exactOptional(),
  elapsedMs: number.exactOptional(),
  latency: loadedLatency.exactOptional(),
  responsivenessRpm: number.exactOptional(),
});

const measurement = z.strictObject({
  engine: z.strictObject({name: text, version: text.exactOptional()}),
  server: z.strictObject({
    id: text.exactOptional(),
    name: text.exactOptional(),
    host: text.exactOptional(),
    country: text.exactOptional(),
    location: text.exactOptional(),
  }),
  isp: text.exactOptional(),
  ping: z
    .strictObject({
      latencyMs: number,
      jitterMs: number.exactOptional(),
      lowMs: number.exactOptional(),
      highMs: number.exactOptional(),
    })
    .exactOptional(),
  download: transfer.exactOptional(),
  upload: transfer.exactOptional(),
  packetLossPercent: number.exactOptional(),
});

const failure = {class: z.enum(failureClasses), reason: text};

const engineFailure = z.strictObject({
  ...failure,
  engine: text,
  server: text.exactOptional(),
  bytes: number.exactOptional(),
  coolDown: z.strictObject({untilMs: unixMs, lengthMs: number}).exactOptional(),
});

const testOf = {
  id: z.int().min(1),
  job: text,
  scheduled: z.boolean(),
  startedAtMs: unixMs,
  endedAtMs: unixMs,
  history: z.literal(true).exactOptional(),
};

const storedResult = z.discriminatedUnion('status', [
  z.strictObject({
    ...testOf,
    status: z.literal('completed'),
    measurement,
    healthy: z.boolean().exactOptional(),
    fellBackFrom: z.array(engineFailure).exactOptional(),
  }),
  z.strictObject({
    ...testOf,
    status: z.literal('failed'),
    failure: z.strictObject(failure),
    attempts: z.array(engineFailure),
  }),
  z.strictObject({
    ...testOf,
    status: z.literal('skipped'),
    skip: z.strictObject({class: z.enum(skipClasses), reason: text, runs: count.exactOptional()}),
  }),
]);

const eachValue = <T extends z.ZodType>(schema: T) => ({
  downloadBytesPerSecond: schema,
  uploadBytesPerSecond: schema,
  pingMs: schema,
  jitterMs: schema,
  downloadLatencyMs: schema,
  uploadLatencyMs: schema,
  packetLossPercent: schema,
});

const perStep = z.array(number.nullable());
const series = z.strictObject({mean: perStep, low: perStep, high: perStep});
const summary = z.strictObject({count, mean: number, low: number, high: number});

const job = z.strictObject({
  name: text,
  schedule: text,
  timezone: text,
  engines: z.array(text),
  thresholds: z
    .strictObject({
      downloadBytesPerSecond: number.exactOptional(),
      uploadBytesPerSecond: number.exactOptional(),
      pingMs: number.exactOptional(),
      packetLossPercent: number.exactOptional(),
    })
    .exactOptional(),
  nextRunAtMs: unixMs.exactOptional(),
  running: z.boolean(),
  newest: storedResult.exactOptional(),
  newestCompleted: storedResult.exactOptional(),
});

const destination = z.strictObject({
  name: text,
  kind: z.enum(['remote-write', 'pushgateway']),
  lag: count,
  waitingSinceMs: unixMs.exactOptional(),
  lastSuccessMs: unixMs.exactOptional(),
  failure: z.strictObject({cause: text, atMs: unixMs, nextTryMs: unixMs}).exactOptional(),
  rejected: count,
  retrying: count,
  rejections: z.array(z.strictObject({resultId: count, cause: text, atMs: unixMs})),
});

const transferProgress = {
  bytesPerSecond: number,
  bytes: number,
  latencyMs: number.exactOptional(),
  fraction: number,
};

/** By their names, so that none can be left out. */
const phases = {
  connect: z.strictObject({phase: z.literal('connect'), server: text}),
  ping: z.strictObject({phase: z.literal('ping'), latencyMs: number, fraction: number}),
  download: z.strictObject({phase: z.literal('download'), ...transferProgress}),
  upload: z.strictObject({phase: z.literal('upload'), ...transferProgress}),
  'packet-loss': z.strictObject({
    phase: z.literal('packet-loss'),
    sent: count,
    received: count,
    fraction: number,
  }),
} satisfies Readonly<Record<Progress['phase'], z.ZodType<Progress>>>;

const progress = z.union(Object.values(phases));

const progressEvent = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('idle')}),
  z.strictObject({kind: z.literal('started'), job: text, atMs: unixMs}),
  z.strictObject({kind: z.literal('progress'), job: text, progress}),
  z.strictObject({kind: z.literal('fell-back'), job: text, from: engineFailure}),
  z.strictObject({kind: z.literal('ended'), result: storedResult}),
]);

/** Speedtest Tracker's, with what of it is known here. */
const trackerResult = z.object({
  id: z.int(),
  service: text,
  ping: number.nullable(),
  download: z.int().nullable(),
  downloaded_bytes: z.int().nullable(),
  upload: z.int().nullable(),
  uploaded_bytes: z.int().nullable(),
  download_bits: z.int().exactOptional(),
  upload_bits: z.int().exactOptional(),
  download_bits_human: text.exactOptional(),
  upload_bits_human: text.exactOptional(),
  benchmarks: z.null(),
  healthy: z.boolean().nullable(),
  status: z.enum(['completed', 'failed', 'skipped']),
  scheduled: z.boolean(),
  comments: z.null(),
  data: z.record(text, z.unknown()),
  created_at: text,
  updated_at: text,
});

const oldTrackerResult = z.object({
  id: z.int(),
  ping: number.nullable(),
  download: number.nullable(),
  downloaded_bytes: z.int().nullable(),
  upload: number.nullable(),
  uploaded_bytes: z.int().nullable(),
  server_id: z.union([z.int(), text]).nullable(),
  server_host: text.nullable(),
  server_name: text.nullable(),
  url: z.null(),
  scheduled: z.boolean(),
  failed: z.boolean(),
  created_at: text,
  updated_at: text,
});

const withMessage = <T extends z.ZodType>(data: T) => z.strictObject({message: text, data});

const storedShape: z.ZodType<StoredResult> = storedResult;
const pageShape: z.ZodType<ResultPage> = z.strictObject({
  results: z.array(storedResult),
  next: count.exactOptional(),
});
const jobsShape: z.ZodType<JobList> = z.strictObject({
  jobs: z.array(job),
  startAllowed: z.boolean(),
  metricsPath: z.string(),
});
const seriesShape: z.ZodType<SeriesDocument> = z.strictObject({
  fromMs: unixMs,
  toMs: unixMs,
  stepMs: number,
  jobs: z.array(
    z.strictObject({
      job: text,
      startsAtMs: z.array(unixMs),
      values: z.strictObject(eachValue(series)),
      completed: z.array(count),
      failed: z.array(count),
      skipped: z.array(count),
    }),
  ),
});
const statisticsShape: z.ZodType<StatisticsDocument> = z.strictObject({
  fromMs: unixMs,
  toMs: unixMs,
  jobs: z.array(
    z.strictObject({
      job: text,
      completed: count,
      failed: count,
      skipped: count,
      unhealthy: count,
      values: z.strictObject(eachValue(summary.exactOptional())),
    }),
  ),
});
const destinationsShape: z.ZodType<DestinationList> = z.strictObject({destinations: z.array(destination)});
const progressShape: z.ZodType<ProgressEvent> = progressEvent;
const startedShape: z.ZodType<StartedTest> = z.strictObject({job: text});
const problemShape: z.ZodType<Problem> = z.strictObject({error: text});

/** The answers' schemas by the names that they have in the OpenAPI document. */
export const schemas = {
  StoredResult: storedShape,
  ResultPage: pageShape,
  JobList: jobsShape,
  SeriesDocument: seriesShape,
  StatisticsDocument: statisticsShape,
  DestinationList: destinationsShape,
  ProgressEvent: progressShape,
  StartedTest: startedShape,
  TrackerAnswer: withMessage(trackerResult),
  OldTrackerAnswer: withMessage(oldTrackerResult),
  Problem: problemShape,
} satisfies Record<string, z.ZodType>;
export type SchemaName = keyof typeof schemas;
