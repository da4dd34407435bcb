import type {AlertingRule} from './rule.ts';

const severity = {severity: 'warning'} as const;

/** The alerts of the bridge itself, by what it tells at /metrics. */
export const bridgeAlerts: readonly AlertingRule[] = [
  {
    alert: 'SpeedtestDeliveryLagging',
    expr: 'speedtest_bridge_delivery_lag_seconds > 3600',
    for: '5m',
    labels: severity,
    annotations: {
      summary: '{{ $labels.destination }} has not taken results of {{ $labels.instance }}',
      description: 'The oldest one has waited for {{ $value | humanizeDuration }}.',
    },
  },
  {
    alert: 'SpeedtestDeliveryRejecting',
    // Summed first: the series of a status begins with its first rejection, which is no increase of that series.
    expr: 'increase(sum without (status) (speedtest_bridge_results_rejected_total)[1h:1m]) > 0',
    labels: severity,
    annotations: {
      summary: '{{ $labels.destination }} rejects results of {{ $labels.instance }}',
      description: 'What it says is shown by `speedtest-bridge queue rejected`.',
    },
  },
  {
    alert: 'SpeedtestResultsUnsaved',
    expr: 'speedtest_bridge_unsaved_results > 0',
    for: '10m',
    labels: severity,
    annotations: {
      summary: 'The journal of {{ $labels.instance }} can not be written',
      description: '{{ $value }} results are only in memory.',
    },
  },
];
