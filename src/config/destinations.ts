import {z} from 'zod';
import {resultLabels} from '../metrics/labels.ts';
import {relabelConfigs} from '../relabel/schema.ts';
import {httpKeys, toHttpSettings} from './destination/http.ts';
import {queueConfig} from './destination/queue.ts';
import {replay} from './destination/replay.ts';
import {duration, labelName, nonEmpty, positiveDuration, refused, withoutEffect} from './fields.ts';

/** The keys that every destination has. */
const destinationKeys = z.strictObject({
  name: nonEmpty
    .optional()
    .describe("The destination's name in the journal, logs and metrics; without it, its kind and address."),
  ...httpKeys,
  replay: replay
    .optional()
    .describe("Where a new destination starts: all, or a date or time; without it, the journal's end."),
});

/** The destination's own name, or its kind and address without whatever of it is secret. */
const nameOf = (kind: string, name: string | undefined, url: URL): string =>
  name ?? `${kind} ${url.origin}${url.pathname}`;

const toDestination = (kind: string, given: z.output<typeof destinationKeys>, context: z.RefinementCtx) => ({
  name: nameOf(kind, given.name, given.url),
  http: toHttpSettings(given, context),
  replay: given.replay ?? ({kind: 'end'} as const),
});

/**
 * An entry of `remote_write`: every key of prometheus.yml's own, as of Prometheus 3.5
 * (https://prometheus.io/docs/prometheus/3.5/configuration/configuration/#remote_write), and `repeat_interval`,
 * `replay` and `connections`. What warnings.ts lists is taken and has no effect.
 */
export const remoteWrite = destinationKeys
  .extend({
    protobuf_message: z
      .enum(['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'])
      .default('prometheus.WriteRequest')
      .describe('Remote write 1.0, or 2.0, from which it goes back to 1.0 where the receiver has no 2.0.'),
    write_relabel_configs: relabelConfigs
      .default([])
      .describe('Relabelling of the series before they are sent.'),
    queue_config: queueConfig.prefault({}).describe('How results wait and are tried again.'),
    metadata_config: z
      .strictObject({
        send: z.boolean().optional().describe(withoutEffect),
        send_interval: positiveDuration.optional().describe(withoutEffect),
        max_samples_per_send: z.int().min(1).optional().describe(withoutEffect),
      })
      .optional()
      .describe('How metadata is sent.'),
    send_exemplars: z
      .boolean()
      .default(false)
      .describe('Whether exemplars of scraped series are sent, by remote write 2.0 or 1.0.'),
    send_native_histograms: z.boolean().optional().describe(withoutEffect),
    round_robin_dns: z.boolean().optional().describe(withoutEffect),
    azuread: refused(
      'not supported: use oauth2 with the token_url https://login.microsoftonline.com/TENANT/oauth2/v2.0/token and the scope https://monitor.azure.com//.default',
    ),
    google_iam: refused('not supported: Google Cloud takes no remote write'),
    repeat_interval: duration
      .prefault('1m')
      .describe(
        'How often the newest result is sent again between tests, so that bare selectors see it; 0 for never.',
      ),
    connections: z
      .int()
      .min(1)
      .max(16)
      .default(1)
      .describe(
        'Requests of a backlog under way at the same time, each series in one of them. Only for receivers that take samples in any order, such as VictoriaMetrics, or the others with an out_of_order_time_window.',
      ),
  })
  .transform((given, context) => ({
    ...toDestination('remote_write', given, context),
    protobufMessage: given.protobuf_message,
    writeRelabelConfigs: given.write_relabel_configs,
    queue: given.queue_config,
    repeatIntervalMs: given.repeat_interval,
    connections: given.connections,
    sendExemplars: given.send_exemplars,
  }));

const groupingLabel = labelName
  .refine((name) => name !== 'job', 'a label other than job, which is labels.job')
  // The Pushgateway would put its own value in place of each series' one.
  .refine((name) => !resultLabels.includes(name), 'a label that results do not have themselves');

/** An entry of `pushgateway`: the HTTP settings of `remote_write`, and the group to push to. */
export const pushgateway = destinationKeys
  .extend({
    grouping_key: z
      .record(groupingLabel, z.string())
      .optional()
      .describe('Labels of the group beside job; without it, labels without job.'),
  })
  .transform(({grouping_key: groupingKey, ...given}, context) => ({
    ...toDestination('pushgateway', given, context),
    ...(groupingKey && {groupingKey}),
  }));
