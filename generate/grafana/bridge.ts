import {BigValueTextMode} from '@grafana/grafana-foundation-sdk/common';
import type {Dashboard} from '@grafana/grafana-foundation-sdk/dashboard';
import {toDashboard} from './dashboard.ts';
import {bars, stat, timeseries} from './panels.ts';
import {datasourceVariable, labelVariable} from './variables.ts';

const chosen = '{job=~"$job", instance=~"$instance"}';
const own = (name: string): string => `speedtest_bridge_${name}${chosen}`;

// A scrape gives the label `job` its own value, and calls that of the bridge's series `exported_job`.
const ofJob = '{{exported_job}} of {{instance}}';
const ofDestination = '{{destination}} of {{instance}}';

/** The dashboard of the bridge itself, by what it tells at /metrics. */
export const bridgeDashboard = (): Dashboard =>
  toDashboard(
    {
      uid: 'speedtest-bridge-itself',
      title: 'speedtest-bridge itself',
      description:
        'Tests, deliveries, budgets and the process, from the scraped /metrics of speedtest-bridge.',
    },
    [
      datasourceVariable(),
      labelVariable('job', 'Job', 'speedtest_bridge_build_info', 'job'),
      labelVariable('instance', 'Instance', 'speedtest_bridge_build_info{job=~"$job"}', 'instance'),
    ],
    [
      {
        title: 'Now',
        panels: [
          stat({title: 'Version', unit: 'string'}, [
            {expr: own('build_info'), legend: '{{version}}'},
          ]).textMode(BigValueTextMode.Name),
          stat({title: 'Results that wait', unit: 'short'}, [
            {expr: own('delivery_lag_results'), legend: ofDestination},
          ]),
          stat({title: 'Results that are only in memory', unit: 'short'}, [
            {expr: own('unsaved_results'), legend: '{{instance}}'},
          ]),
          stat({title: 'Since the last delivery', unit: 's'}, [
            {expr: `time() - ${own('last_delivery_timestamp_seconds')}`, legend: ofDestination},
          ]),
        ],
      },
      {
        title: 'Tests',
        panels: [
          bars({title: 'Tests in the hour before', unit: 'short'}, [
            {
              expr: `increase(${own('tests_total')}[1h])`,
              legend: `{{status}}, ${ofJob}`,
            },
          ]),
          bars({title: 'Runs skipped in the hour before', unit: 'short'}, [
            {expr: `increase(${own('runs_skipped_total')}[1h])`, legend: `{{reason}}, ${ofJob}`},
          ]),
          timeseries({title: 'Data moved this month', unit: 'decbytes'}, [
            {expr: own('data_used_bytes'), legend: ofJob},
            {expr: own('total_data_used_bytes'), legend: 'all of {{instance}}'},
          ]),
          timeseries({title: 'Share of the data budget that is used', unit: 'percentunit'}, [
            {expr: `${own('data_used_bytes')} / ${own('data_budget_bytes')}`, legend: ofJob},
            {
              expr: `${own('total_data_used_bytes')} / ${own('total_data_budget_bytes')}`,
              legend: 'all of {{instance}}',
            },
          ]),
        ],
      },
      {
        title: 'Deliveries',
        panels: [
          timeseries({title: 'Age of the oldest result that waits', unit: 's'}, [
            {expr: own('delivery_lag_seconds'), legend: ofDestination},
          ]),
          bars({title: 'Attempts in the hour before', unit: 'short'}, [
            {expr: `increase(${own('deliveries_total')}[1h])`, legend: `{{outcome}}, ${ofDestination}`},
          ]),
          bars({title: 'Results rejected, and samples not written, in the hour before', unit: 'short'}, [
            {
              // Summed first: the series of a status begins with its first rejection.
              expr: `increase(sum without (status) (${own('results_rejected_total')})[1h:1m])`,
              legend: `rejected, ${ofDestination}`,
            },
            {
              expr: `increase(${own('samples_unwritten_total')}[1h])`,
              legend: `not written, ${ofDestination}`,
            },
          ]),
          timeseries({title: 'Sent', unit: 'Bps'}, [
            {expr: `rate(${own('sent_bytes_total')}[$__rate_interval])`, legend: ofDestination},
          ]),
        ],
      },
      {
        title: 'Process',
        panels: [
          timeseries({title: 'Memory', unit: 'bytes'}, [
            {expr: `process_resident_memory_bytes${chosen}`, legend: '{{instance}}'},
          ]),
          timeseries({title: 'Processor', unit: 'percentunit'}, [
            {expr: `rate(process_cpu_seconds_total${chosen}[$__rate_interval])`, legend: '{{instance}}'},
          ]),
          timeseries({title: 'Event loop lag, 99th percentile', unit: 's'}, [
            {expr: `nodejs_eventloop_lag_p99_seconds${chosen}`, legend: '{{instance}}'},
          ]),
          bars({title: 'Requests refused in the hour before', unit: 'short'}, [
            {expr: `increase(${own('refusals_total')}[1h])`, legend: '{{instance}} {{reason}}'},
          ]),
        ],
      },
    ],
  );
