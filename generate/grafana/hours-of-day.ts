import {PanelBuilder as BarChartBuilder} from '@grafana/grafana-foundation-sdk/barchart';
import {VizLegendOptionsBuilder} from '@grafana/grafana-foundation-sdk/common';
import type {Row} from './dashboard.ts';
import {asTable, instantQueries} from './panels.ts';
import type {ResultQueries} from './result-queries.ts';
import {datasource} from './variables.ts';

/** A bar for each hour of the day in which tests have ended. */
const byHour = (title: string, unit: string, queries: ResultQueries, expr: string): BarChartBuilder =>
  new BarChartBuilder()
    .title(title)
    .description('Mean of the tests that ended in each hour of the day.')
    .unit(unit)
    .min(0)
    .datasource(datasource)
    .targets(asTable(instantQueries([{expr: queries.byHour(expr), legend: ''}])))
    .transformations([
      {id: 'organize', options: {excludeByName: {Time: true}, renameByName: {Value: title}}},
      {id: 'sortBy', options: {sort: [{field: 'hour'}]}},
    ])
    .xField('hour')
    .legend(new VizLegendOptionsBuilder().showLegend(false))
    .height(8)
    .span(24);

/** How the lines do by the hour of the day. */
export const hoursOfDay = (queries: ResultQueries): Row => ({
  title: 'By hour of day',
  collapsed: true,
  panels: [
    byHour('Download', 'bps', queries, queries.rate('download')),
    byHour('Upload', 'bps', queries, queries.rate('upload')),
    byHour('Latency', 's', queries, queries.number('ping_ms')),
  ],
});
