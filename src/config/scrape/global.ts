import {z} from 'zod';
import {labelName} from '../fields.ts';
import {globalIneffectiveKeys, sharedIneffectiveKeys, sharedKeys} from './shared-keys.ts';

/**
 * `global`, with every key of Prometheus 3.5's
 * (https://prometheus.io/docs/prometheus/3.5/configuration/configuration/#configuration-file).
 */
export const global = z.strictObject({
  ...sharedKeys,
  external_labels: z
    .record(labelName, z.string())
    .default({})
    .describe('Labels of all scraped series that do not have them.'),
  ...sharedIneffectiveKeys,
  ...globalIneffectiveKeys,
});

export type Global = z.output<typeof global>;
