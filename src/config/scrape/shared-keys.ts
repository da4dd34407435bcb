import {z} from 'zod';
import {textProtocols} from '../../scrape/job.ts';
import {orNumber, parsed, positiveDuration, withoutEffect} from '../fields.ts';

const unitPowers = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Reads bytes as prometheus.yml writes them: `100MB`, where M is 2^20, or 0. Gives undefined for other texts. */
const parseBytes = (text: string): number | undefined => {
  if (text === '0') return 0;
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMGTPE]?)i?B$/.exec(text) ?? [];
  const power = unitPowers.indexOf(`${unit}B`);
  return digits === '' ? undefined : Math.round(Number.parseFloat(digits) * 1024 ** power);
};

const bytes = orNumber(parsed(parseBytes, 'an amount of data such as 512KB or 100MB, or 0 for no limit'));

/** How many; 0 is no limit. */
const count = z.int().min(0);

export const protocol = z.enum(['PrometheusProto', ...textProtocols]);

const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** The keys of a job that `global` may have for all jobs. */
export const sharedKeys = {
  scrape_interval: positiveDuration.optional().describe('How often a target is scraped; without it, 1m.'),
  scrape_timeout: positiveDuration
    .optional()
    .describe('Bound on each scrape; without it, 10s, or the interval where that is shorter.'),
  scrape_protocols: z
    .array(protocol)
    .refine((given) => given.some((each) => each !== 'PrometheusProto'), 'at least one text format')
    .refine(isUnique, 'each of the formats once')
    .optional()
    .describe('The formats to ask for, the best first; without it, OpenMetrics and then the text format.'),
  body_size_limit: bytes
    .optional()
    .describe('Longest page, decompressed; 0 for no limit. MB are 2^20 bytes.'),
  sample_limit: count.optional().describe('Most samples of a page after relabelling; 0 for no limit.'),
  label_limit: count.optional().describe('Most labels of a series; 0 for no limit.'),
  label_name_length_limit: count.optional().describe('Longest label name in bytes; 0 for no limit.'),
  label_value_length_limit: count.optional().describe('Longest label value in bytes; 0 for no limit.'),
  target_limit: count
    .optional()
    .describe('Most targets of a job, none of which is scraped where there are more; 0 for no limit.'),
  metric_name_validation_scheme: z
    .enum(['utf8', 'legacy'])
    .optional()
    .describe('With legacy, names are asked for with underscores in place of other characters.'),
  metric_name_escaping_scheme: z
    .enum(['allow-utf-8', 'underscores', 'dots', 'values'])
    .optional()
    .describe('How targets are asked to write names that are not of letters, digits and underscores.'),
};

/** Keys of both that are taken and do nothing. */
export const sharedIneffectiveKeys = {
  keep_dropped_targets: count.optional().describe(withoutEffect),
  scrape_failure_log_file: z.string().optional().describe(withoutEffect),
  always_scrape_classic_histograms: z.boolean().optional().describe(withoutEffect),
  convert_classic_histograms_to_nhcb: z.boolean().optional().describe(withoutEffect),
};

/** Those of a job alone. */
export const ineffectiveKeys = {
  native_histogram_bucket_limit: count.optional().describe(withoutEffect),
  native_histogram_min_bucket_factor: z.number().min(0).optional().describe(withoutEffect),
};

/** Those of `global` alone. */
export const globalIneffectiveKeys = {
  evaluation_interval: positiveDuration.optional().describe(withoutEffect),
  rule_query_offset: z.string().optional().describe(withoutEffect),
  query_log_file: z.string().optional().describe(withoutEffect),
};
