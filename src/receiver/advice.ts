import {formatDuration} from '../duration.ts';
import type {Product} from './age-limit.ts';

const dayMs = 86_400_000;

const settings: Readonly<Record<Product, (window: string) => string>> = {
  prometheus: (window) =>
    `Prometheus: storage.tsdb.out_of_order_time_window: ${window} in prometheus.yml, and --storage.tsdb.retention.time of no less`,
  mimir: (window) => `Mimir, Grafana Cloud: the tenant's limit out_of_order_time_window: ${window}`,
  thanos: (window) =>
    `Thanos receive: --tsdb.out-of-order.time-window=${window}, and --compact.enable-vertical-compaction of its compactor`,
  'victoria-metrics': (window) =>
    `VictoriaMetrics: -retentionPeriod=${window}; for samples ahead of its clock -futureRetention`,
};

const products = ['prometheus', 'mimir', 'thanos', 'victoria-metrics'] as const satisfies readonly Product[];

/**
 * What to set for a receiver to take samples of this age, a line for each product; for all where it is not known which one
 * it is.
 */
export const adviceFor = (product: Product | undefined, ageMs: number): readonly string[] => {
  // Whole days, and one to spare for as long as it takes.
  const window = formatDuration((Math.ceil(Math.max(0, ageMs) / dayMs) + 1) * dayMs);
  return (product === undefined ? products : [product]).map((each) => settings[each](window));
};
