import type {Builder} from '@grafana/grafana-foundation-sdk/cog';
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LineInterpolation,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type {Panel} from '@grafana/grafana-foundation-sdk/dashboard';
import {DataqueryBuilder, PromQueryFormat} from '@grafana/grafana-foundation-sdk/prometheus';
import {PanelBuilder as StatBuilder} from '@grafana/grafana-foundation-sdk/stat';
import {PanelBuilder as TimeseriesBuilder} from '@grafana/grafana-foundation-sdk/timeseries';
import {datasource} from './variables.ts';

/** A panel that the dashboard gives its number. */
export interface NumberedBuilder extends Builder<Panel> {
  id(id: number): unknown;
}

/** One query of a panel, and how its series are called there. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** How one line is called. */
export const lineLegend = '{{instance}} {{job_name}}';

const query = ({expr, legend}: Query, index: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .datasource(datasource)
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode('A'.charCodeAt(0) + index));

/** Queries that are asked at each step of the panel's time range. */
export const rangeQueries = (queries: readonly Query[]): DataqueryBuilder[] =>
  queries.map((each, index) => query(each, index).range());

/** Queries that are asked once, at the end of the time range. */
export const instantQueries = (queries: readonly Query[]): DataqueryBuilder[] =>
  queries.map((each, index) => query(each, index).instant());

/** The same as `queries`, their answers as tables with a column for each label. */
export const asTable = (queries: DataqueryBuilder[]): DataqueryBuilder[] =>
  queries.map((each) => each.format(PromQueryFormat.Table));

export interface PanelTexts {
  readonly title: string;
  /** What the numbers mean, where the title does not say it. */
  readonly description?: string;
  /** Grafana's name of the unit in which the queries answer. */
  readonly unit: string;
}

/** Values over time, and what is to say of all of them. They hold until the next result, so lines go in steps. */
export const timeseries = (texts: PanelTexts, queries: readonly Query[]): TimeseriesBuilder =>
  new TimeseriesBuilder()
    .title(texts.title)
    .description(texts.description ?? '')
    .unit(texts.unit)
    .datasource(datasource)
    .targets(rangeQueries(queries))
    .min(0)
    .lineInterpolation(LineInterpolation.StepAfter)
    .fillOpacity(8)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .calcs(['lastNotNull', 'mean', 'min', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .height(8)
    .span(12);

/** As `timeseries`, for counts: bars. */
export const bars = (texts: PanelTexts, queries: readonly Query[]): TimeseriesBuilder =>
  timeseries(texts, queries)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .legend(new VizLegendOptionsBuilder().showLegend(true));

/** The newest values, as large figures. */
export const stat = (texts: PanelTexts, queries: readonly Query[]): StatBuilder =>
  new StatBuilder()
    .title(texts.title)
    .description(texts.description ?? '')
    .unit(texts.unit)
    .datasource(datasource)
    .targets(instantQueries(queries))
    .height(5)
    .span(6);
