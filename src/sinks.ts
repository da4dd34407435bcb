import type {Config} from './config/schema.ts';
import type {RepeatSettings} from './delivery/live.ts';
import {defaultQueue, type QueueSettings} from './delivery/queue.ts';
import type {Sink} from './delivery/sink.ts';
import type {StartPosition} from './journal/journal.ts';
import {mostSamples} from './metrics/catalog.ts';
import type {Mapping} from './metrics/map.ts';
import {pushgatewaySink} from './pushgateway/sink.ts';
import {relabel} from './relabel/relabel.ts';
import {remoteWriteSink} from './remote-write/sink.ts';
import {lapsesAt} from './scheduler/scheduler.ts';

/** A destination of the configuration: where results go, and how its queue works. */
export interface Destination {
  readonly sink: Sink;
  /** Where it starts when the journal sees it for the first time. */
  readonly start: StartPosition;
  readonly queue: QueueSettings;
  readonly repeat?: RepeatSettings;
}

type RemoteWrite = Config['remote_write'][number];

const queueOf = ({queue, connections}: RemoteWrite, {metrics}: Config): QueueSettings => ({
  minBackoffMs: queue.minBackoffMs,
  maxBackoffMs: queue.maxBackoffMs,
  maxResults: Math.max(
    1,
    connections *
      Math.min(defaultQueue.maxResults, Math.floor(queue.maxSamplesPerSend / mostSamples(metrics.profiles))),
  ),
  ...(queue.sampleAgeLimitMs !== undefined && {ageLimitMs: queue.sampleAgeLimitMs}),
});

const repeatOf = ({repeatIntervalMs}: RemoteWrite, {jobs}: Config): RepeatSettings => {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  // Every repetition asks, a new result changes it, and a cron expression takes milliseconds to answer.
  const known = new Map<string, {readonly endedAtMs: number; readonly atMs: number}>();
  return {
    intervalMs: repeatIntervalMs === 0 ? Infinity : repeatIntervalMs,
    lapsesAtMs: (name, endedAtMs) => {
      const before = known.get(name);
      if (before?.endedAtMs === endedAtMs) return before.atMs;
      const job = byName.get(name);
      if (job === undefined) return undefined;
      const atMs = lapsesAt(job, job.timeoutMs, endedAtMs);
      known.set(name, {endedAtMs, atMs});
      return atMs;
    },
  };
};

/** The destinations of the configuration, each with a sink of its own. */
export const createDestinations = (config: Config, map: Mapping, version: string): readonly Destination[] => {
  const {job, ...otherLabels} = config.labels;
  return [
    ...config.remote_write.map((given): Destination => {
      const {name, http, protobufMessage, writeRelabelConfigs: rules, queue, connections} = given;
      const sink = remoteWriteSink(
        {
          name,
          http,
          labels: config.labels,
          protobufMessage,
          retryOn429: queue.retryOn429,
          connections,
          ...(rules.length > 0 && {relabel: (labels) => relabel(labels, rules)}),
        },
        map,
        version,
      );
      return {
        sink,
        start: given.replay,
        queue: queueOf(given, config),
        repeat: repeatOf(given, config),
      };
    }),
    ...config.pushgateway.map(({name, http, replay, groupingKey = otherLabels}): Destination => {
      const sink = pushgatewaySink({name, http, job, groupingKey}, map, version);
      return {sink, start: replay, queue: defaultQueue};
    }),
  ];
};
