import {type Dashboard, MappingType} from '@grafana/grafana-foundation-sdk/dashboard';
import {PanelBuilder as StateTimelineBuilder} from '@grafana/grafana-foundation-sdk/statetimeline';
import {type Naming, numberNamed, statusNamed} from '../../src/metrics/names.ts';
import {type Row, toDashboard} from './dashboard.ts';
import {hoursOfDay} from './hours-of-day.ts';
import {bars, lineLegend, type Query, rangeQueries, stat, timeseries} from './panels.ts';
import {type ResultQueries, resultQueries} from './result-queries.ts';
import {failureTable, resultTable} from './result-tables.ts';
import {choiceVariable, datasource, datasourceVariable, labelVariable, textVariable} from './variables.ts';

const directions = ['download', 'upload'] as const;

const ofLine = (expr: string, what = ''): Query => ({expr, legend: `${what} ${lineLegend}`.trim()});

const promised = (queries: ResultQueries, direction: (typeof directions)[number]): string =>
  `${queries.rate(direction)} / ($promised_${direction} * 1e6)`;

const now = (queries: ResultQueries): Row => ({
  title: 'Newest results',
  panels: [
    ...directions.map((direction) =>
      stat({title: direction === 'download' ? 'Download' : 'Upload', unit: 'bps'}, [
        ofLine(queries.rate(direction)),
      ]),
    ),
    stat({title: 'Latency', unit: 's'}, [ofLine(queries.number('ping_ms'))]),
    stat({title: 'Packet loss', unit: 'percentunit'}, [ofLine(queries.number('packet_loss_percent'))]),
    ...directions.map((direction) =>
      stat({title: `Share of the promised ${direction}`, unit: 'percentunit'}, [
        ofLine(promised(queries, direction)),
      ]),
    ),
    stat(
      {
        title: 'Availability',
        description:
          'Share of the time range in which the newest test was one that completed. Time in which a run was skipped does not count.',
        unit: 'percentunit',
      },
      [ofLine(queries.availability())],
    ),
    stat({title: 'Since the newest result', unit: 's'}, [
      ofLine(`time() - ${queries.status('result_timestamp_seconds')}`),
    ]),
  ],
});

const rates = (queries: ResultQueries): Row => ({
  title: 'Rates',
  panels: [
    timeseries(
      {title: 'Rates', unit: 'bps'},
      directions.map((direction) => ofLine(queries.rate(direction), direction)),
    ),
    timeseries(
      {title: 'Share of the promised rates', unit: 'percentunit'},
      directions.map((direction) => ofLine(promised(queries, direction), direction)),
    ),
  ],
});

const latency = (queries: ResultQueries): Row => ({
  title: 'Latency and loss',
  panels: [
    timeseries({title: 'Latency, idle and under load', unit: 's'}, [
      ofLine(queries.number('ping_ms'), 'idle'),
      ...directions.map((direction) => ofLine(queries.number(`${direction}_latency_iqm_ms`), direction)),
    ]),
    timeseries({title: 'Jitter', unit: 's'}, [
      ofLine(queries.number('ping_jitter_ms'), 'idle'),
      ...directions.map((direction) => ofLine(queries.number(`${direction}_jitter_ms`), direction)),
    ]),
    timeseries({title: 'Packet loss', unit: 'percentunit'}, [ofLine(queries.number('packet_loss_percent'))]),
    timeseries(
      {
        title: 'Responsiveness',
        description: 'Round trips per minute while the line is loaded: more is better.',
        unit: 'rpm',
      },
      [ofLine(queries.number('responsiveness_rpm'))],
    ),
  ],
});

const outcomes = (queries: ResultQueries): StateTimelineBuilder =>
  new StateTimelineBuilder()
    .title('Tests')
    .datasource(datasource)
    .targets(rangeQueries([ofLine(queries.status('success'))]))
    .mappings([
      {
        type: MappingType.ValueToText,
        options: {
          1: {text: 'completed', color: 'green'},
          0: {text: 'failed or skipped', color: 'red'},
        },
      },
    ])
    .height(8)
    .span(12);

const failures = (queries: ResultQueries): Row => ({
  title: 'Failures',
  panels: [
    outcomes(queries),
    bars({title: 'Lines whose newest test failed or was skipped, by class', unit: 'short'}, [
      {expr: queries.failing(), legend: '{{failure}}'},
    ]),
    failureTable(queries),
  ],
});

/** The dashboard of the results that have the names of a profile. */
export const resultsDashboard = (naming: Naming): Dashboard => {
  const queries = resultQueries(naming);
  const ended = statusNamed('result_timestamp_seconds', naming);
  const ofLines = `${ended}{job=~"$job"}`;
  const measured = `${numberNamed('download_bytes', naming).name}{job=~"$job", instance=~"$instance"}`;
  return toDashboard(
    {
      uid: `speedtest-bridge-${naming.profile}`,
      title: `Internet speed (${naming.profile})`,
      description:
        'Results of speedtest-bridge, however they reached Prometheus: scraped, pushed, or written once a test.',
    },
    [
      datasourceVariable(),
      labelVariable('job', 'Job', ended, 'job'),
      labelVariable('instance', 'Instance', ofLines, 'instance'),
      labelVariable('server_name', 'Server', measured, 'server'),
      labelVariable('isp', 'Provider', measured, 'isp'),
      // More than two hours, so that one hourly test may be late without a gap.
      choiceVariable('window', 'A result counts for', ['30m', '1h', '3h', '7h', '13h', '25h'], '3h'),
      textVariable('promised_download', 'Promised download', '100', 'in Mbit/s'),
      textVariable('promised_upload', 'Promised upload', '20', 'in Mbit/s'),
      textVariable('utc_offset', 'Hours ahead of UTC', '0', 'for the hours of the day'),
    ],
    [
      now(queries),
      rates(queries),
      latency(queries),
      failures(queries),
      hoursOfDay(queries),
      {title: 'Results', panels: [resultTable(queries)]},
    ],
  );
};
