import {LabelEditor} from '../../relabel/label-editor.ts';
import type {Block, Layout, ScrapedSeries} from '../block.ts';
import {createLayout} from '../layout.ts';
import {withExternalLabels} from './series-labels.ts';
import type {Target} from './target.ts';

/** What a scrape says of itself. */
export interface ScrapeReport {
  readonly isUp: boolean;
  readonly durationMs: number;
  readonly scraped: number;
  readonly relabelled: number;
  readonly added: number;
}

interface ReportedMetric {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly value: (report: ScrapeReport) => number;
}

/** https://prometheus.io/docs/concepts/jobs_instances/#automatically-generated-labels-and-time-series */
const metrics: readonly ReportedMetric[] = [
  {
    name: 'up',
    help: 'Health of the scrape target. 1 means the target is healthy, 0 if the scrape failed.',
    unit: '',
    value: ({isUp}) => (isUp ? 1 : 0),
  },
  {
    name: 'scrape_duration_seconds',
    help: 'Duration of the last scrape in seconds.',
    unit: 'seconds',
    value: ({durationMs}) => durationMs / 1000,
  },
  {
    name: 'scrape_samples_scraped',
    help: 'Number of samples last scraped from the target.',
    unit: '',
    value: ({scraped}) => scraped,
  },
  {
    name: 'scrape_samples_post_metric_relabeling',
    help: 'Number of samples remaining after metric relabeling was applied.',
    unit: '',
    value: ({relabelled}) => relabelled,
  },
  {
    name: 'scrape_series_added',
    help: 'Number of series in the last scrape that the one before it did not have.',
    unit: '',
    value: ({added}) => added,
  },
];

/** The series that a scrape says something of itself with, with the labels of its target. */
export const reportLayout = ({labels, job}: Pick<Target, 'labels' | 'job'>): Layout =>
  createLayout(
    metrics.map(({name, help, unit}): ScrapedSeries => {
      const own = new LabelEditor([['__name__', name], ...labels]).finish();
      return {
        labels: withExternalLabels(own, job.externalLabels),
        family: {name, type: 'gauge', help, unit},
      };
    }),
  );

/** @param layout what `reportLayout` gives. */
export const reportBlock = (layout: Layout, timeMs: number, report: ScrapeReport): Block => ({
  layout,
  timeMs,
  values: Float64Array.from(metrics, ({value}) => value(report)),
});
