import type {Config} from './config/schema.ts';
import {createHttpClient} from './delivery/http/client.ts';
import type {RepeatSettings} from './delivery/live.ts';
import {defaultQueue, type QueueSettings} from './delivery/queue.ts';
import type {Sink} from './delivery/sink.ts';
import type {PageSink} from './forwarding/page-sink.ts';
import type {ScrapeSink} from './forwarding/scrape-sink.ts';
import type {StartPosition} from './journal/journal.ts';
import {mostSamples} from './metrics/catalog.ts';
import type {Mapping} from './metrics/map.ts';
import {mappingIdentity} from './outputs.ts';
import {pushgatewayPages} from './pushgateway/pages.ts';
import {pushgatewaySink} from './pushgateway/sink.ts';
import {relabel} from './relabel/relabel.ts';
import {remoteWriteScrapes} from './remote-write/scrape-sink.ts';
import {type RemoteWriteSettings, remoteWriteSink} from './remote-write/sink.ts';
import {createRemoteWriter} from './remote-write/writer.ts';
import {lapsesAt, periodsUntilLapse} from './scheduler/scheduler.ts';

/** A destination of the configuration: where results go, and how its queue works. */
export interface Destination {
  readonly sink: Sink;
  /** Where it starts when the journal sees it for the first time. */
  readonly start: StartPosition;
  readonly queue: QueueSettings;
  /** Where it takes scrapes, which it closes with the sink. */
  readonly scrapes?: ScrapeSink;
  /** Where it shows the newest scrape of each target. */
  readonly pages?: PageSink;
  readonly repeat?: RepeatSettings;
}

/** A destination of the configuration, yet to be opened. */
export interface PlannedDestination {
  readonly name: string;
  /** Plain data: a destination that is open can go on as it is for as long as this is equal. */
  readonly identity: unknown;
  /** Whether scrapes are kept for it. */
  readonly takesScrapes: boolean;
  readonly open: () => Destination;
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

/** Whose results there are. */
type Tested = Pick<Config, 'jobs' | 'tracker'>;
type Jobs = Config['jobs'];

const repeatOf = ({repeatIntervalMs}: RemoteWrite, current: () => Tested): RepeatSettings => {
  // Every repetition asks, a new result changes it, and a cron expression takes milliseconds to answer.
  const known = new Map<
    string,
    {readonly job: Jobs[number]; readonly endedAtMs: number; readonly atMs: number}
  >();
  return {
    intervalMs: repeatIntervalMs === 0 ? Infinity : repeatIntervalMs,
    lapsesAtMs: (name, endedAtMs) => {
      const {jobs, tracker} = current();
      const job = jobs.find((candidate) => candidate.name === name);
      if (job === undefined)
        return tracker?.job === name ? endedAtMs + periodsUntilLapse * tracker.intervalMs : undefined;
      const before = known.get(name);
      if (before?.job === job && before.endedAtMs === endedAtMs) return before.atMs;
      const atMs = lapsesAt(job, job.timeoutMs, endedAtMs);
      known.set(name, {job, endedAtMs, atMs});
      return atMs;
    },
  };
};

/**
 * The destinations of the configuration.
 * @param current gives the jobs at any time: a destination that goes on as it is keeps to those of a later configuration.
 */
export const planDestinations = (
  config: Config,
  map: Mapping,
  version: string,
  current: () => Tested = () => config,
): readonly PlannedDestination[] => {
  const {job, ...otherLabels} = config.labels;
  const {instance: _, ...externalLabels} = otherLabels;
  const plan = (name: string, takesScrapes: boolean, open: () => Destination): PlannedDestination => ({
    name,
    takesScrapes,
    identity: [config.fingerprints.get(name), config.labels, mappingIdentity(config)],
    open,
  });
  return [
    ...config.remote_write.map((given) => {
      const {name, http, protobufMessage, writeRelabelConfigs: rules, queue, connections} = given;
      return plan(name, true, () => {
        const settings: RemoteWriteSettings = {
          name,
          http,
          labels: config.labels,
          protobufMessage,
          retryOn429: queue.retryOn429,
          connections,
          ...(rules.length > 0 && {relabel: (labels) => relabel(labels, rules)}),
        };
        const writer = createRemoteWriter(settings, version);
        return {
          sink: remoteWriteSink(settings, map, version, Date.now, writer),
          scrapes: remoteWriteScrapes(
            {
              ...settings,
              // A target has a job and an instance of its own; where relabelling took them away, there are none.
              labels: externalLabels,
              connections,
              maxSamples: queue.maxSamplesPerSend,
              exemplars: given.sendExemplars,
            },
            writer,
          ),
          start: given.replay,
          queue: queueOf(given, config),
          repeat: repeatOf(given, current),
        };
      });
    }),
    ...config.pushgateway.map(({name, http, replay, groupingKey = otherLabels}) =>
      plan(name, false, () => {
        // A connection for results and one for pages: neither waits for an answer to the other.
        const client = createHttpClient({...http, connections: 2});
        const {url} = http;
        const sink = pushgatewaySink({name, url, job, groupingKey}, client, map, version);
        const pages = pushgatewayPages({name, url}, client, version);
        return {sink, pages, start: replay, queue: defaultQueue};
      }),
    ),
  ];
};

/** The destinations of the configuration, each with a sink of its own. */
export const createDestinations = (config: Config, map: Mapping, version: string): readonly Destination[] =>
  planDestinations(config, map, version).map(({open}) => open());
