import {PanelBuilder as TableBuilder} from '@grafana/grafana-foundation-sdk/table';
import {asTable, instantQueries, rangeQueries} from './panels.ts';
import type {ResultQueries} from './result-queries.ts';
import {datasource} from './variables.ts';

/** A column of a table: its title, and Grafana's name of its unit. */
interface Column {
  readonly title: string;
  readonly unit: string;
  readonly expr: string;
}

const table = (title: string): TableBuilder =>
  new TableBuilder().title(title).datasource(datasource).span(24);

/** The name that a query's values have where tables are merged. */
const valueField = (index: number, of: number): string =>
  of === 1 ? 'Value' : `Value #${String.fromCharCode('A'.charCodeAt(0) + index)}`;

/** One row for each result of the time range, the newest first. */
export const resultTable = (queries: ResultQueries): TableBuilder => {
  const ofNumber = (title: string, unit: string, id: string, operation = ''): Column => ({
    title,
    unit,
    expr: queries.eachNumber(id) + operation,
  });
  const ofStatus = (title: string, unit: string, name: string, operation = ''): Column => ({
    title,
    unit,
    expr: queries.eachStatus(name) + operation,
  });
  const columns: readonly Column[] = [
    ofStatus('Ended', 'dateTimeAsIso', 'result_timestamp_seconds', ' * 1000'),
    ofStatus('Completed', 'bool_yes_no', 'success'),
    ofNumber('Download', 'bps', 'download_bytes', ' * 8'),
    ofNumber('Upload', 'bps', 'upload_bytes', ' * 8'),
    ofNumber('Latency', 's', 'ping_ms'),
    ofNumber('Jitter', 's', 'ping_jitter_ms'),
    ofNumber('Packet loss', 'percentunit', 'packet_loss_percent'),
  ];
  const titles = columns.map(({title}, index) => [valueField(index, columns.length), title] as const);
  const panel = table('Results')
    .description('One row a result, of tests at least five minutes apart.')
    .height(14)
    .interval('5m')
    // A week in steps of five minutes.
    .maxDataPoints(2100)
    .targets(asTable(rangeQueries(columns.map(({expr}) => ({expr, legend: ''})))))
    .transformations([
      {id: 'merge', options: {}},
      {
        id: 'organize',
        options: {
          excludeByName: {
            Time: true,
            app_name: true,
            job: true,
            server_id: true,
            scheduled: true,
            status: true,
          },
          renameByName: Object.fromEntries([
            ...titles,
            ['instance', 'Instance'],
            ['job_name', 'Line'],
            ['isp', 'Provider'],
            ['server_name', 'Server'],
            ['server_location', 'Location'],
            ['server_country', 'Country'],
            ['healthy', 'Healthy'],
          ]),
          indexByName: Object.fromEntries(titles.map(([name], index) => [name, index])),
        },
      },
      {id: 'sortBy', options: {sort: [{field: 'Ended', desc: true}]}},
    ]);
  for (const {title, unit} of columns) panel.overrideByName(title, [{id: 'unit', value: unit}]);
  return panel;
};

/** One row for each reason for which tests failed or were skipped, the last one first. */
export const failureTable = (queries: ResultQueries): TableBuilder =>
  table('Failures and their reasons')
    .height(8)
    .targets(asTable(instantQueries([{expr: `${queries.failures()} * 1000`, legend: ''}])))
    .transformations([
      {
        id: 'organize',
        options: {
          excludeByName: {Time: true},
          renameByName: {
            [valueField(0, 1)]: 'Last seen',
            instance: 'Instance',
            job_name: 'Line',
            engine: 'Engine',
            failure: 'Class',
            reason: 'Reason',
          },
        },
      },
      {id: 'sortBy', options: {sort: [{field: 'Last seen', desc: true}]}},
    ])
    .overrideByName('Last seen', [{id: 'unit', value: 'dateTimeAsIso'}]);
