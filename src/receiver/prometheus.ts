import {parse} from 'yaml';
import {z} from 'zod';
import {formatDuration, parseDuration} from '../duration.ts';
import type {AgeLimit, Ask} from './age-limit.ts';
import {read} from './read.ts';

const hourMs = 3_600_000;

/** https://prometheus.io/docs/prometheus/latest/querying/api/#status */
const answerOf = <T extends z.ZodType>(data: T) => z.object({status: z.literal('success'), data});
const configAnswer = answerOf(z.object({yaml: z.string().min(1)}));
const tsdbAnswer = answerOf(z.object({headStats: z.object({maxTime: z.number()})}));
const runtimeAnswer = answerOf(z.object({storageRetention: z.string()}));
const configuration = z.object({
  storage: z
    .object({tsdb: z.object({out_of_order_time_window: z.string().optional()}).optional()})
    .optional(),
});

/** An empty head has a time of its own for its newest sample, which is no date. */
const isDate = (ms: number): boolean => Math.abs(ms) <= 8.64e15;

/**
 * What a Prometheus tells. Without an out-of-order window it takes nothing that is an hour (half of a block) older than its
 * newest sample, nor what is older than the newest of its series; with one, what is in it. What is beyond its retention is
 * deleted soon after.
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#tsdb
 */
export const prometheusAgeLimit = async (ask: Ask, base: string, nowMs: number): Promise<AgeLimit> => {
  const status = (name: string) => ask(`${base}/api/v1/status/${name}`);
  const config = await status('config');
  if (!config.ok) return {kind: 'unknown', why: config.why};
  const loaded = read(configAnswer, config.body, JSON.parse);
  const settings = loaded && read(configuration, loaded.data.yaml, parse);
  const tsdb = await status('tsdb');
  const head = tsdb.ok ? read(tsdbAnswer, tsdb.body, JSON.parse) : undefined;
  if (settings === undefined || head === undefined)
    return {kind: 'unknown', why: `${base}/api/v1/status/config is not that of a Prometheus, or too long`};

  const windowMs = parseDuration(settings.storage?.tsdb?.out_of_order_time_window ?? '0s') ?? 0;
  const {maxTime} = head.data.headStats;
  const takenFromMs = isDate(maxTime) ? maxTime - Math.max(windowMs, hourMs) : Number.NEGATIVE_INFINITY;
  const runtime = await status('runtimeinfo');
  const {data} = (runtime.ok ? read(runtimeAnswer, runtime.body, JSON.parse) : undefined) ?? {};
  // Such as `15d`, or `15d or 10GiB`.
  const keptMs = parseDuration(data?.storageRetention.split(' ', 1).join('') ?? '');
  const keeps =
    keptMs === undefined
      ? ''
      : `; it keeps them for ${formatDuration(keptMs)} (--storage.tsdb.retention.time)`;
  const takes =
    windowMs > 0
      ? `takes samples up to ${formatDuration(windowMs)} older than its newest (out_of_order_time_window)`
      : 'has no out_of_order_time_window: it takes samples up to 1h older than its newest, none older than the newest of their series';
  return {
    kind: 'known',
    product: 'prometheus',
    oldestMs: Math.max(takenFromMs, keptMs === undefined ? Number.NEGATIVE_INFINITY : nowMs - keptMs),
    words: `Prometheus ${takes}${keeps}`,
  };
};
