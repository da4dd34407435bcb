import {expect, it} from 'vitest';
import {reportBlock, reportLayout} from '../../../../src/scrape/targets/report.ts';
import {jobWith, readBlock} from './jobs.ts';

const labels = [
  ['instance', 'i'],
  ['job', 'j'],
] as const;
const report = {isUp: true, durationMs: 1500, scraped: 4, relabelled: 3, added: 2};

it('tells what came of a scrape', () => {
  const block = reportBlock(reportLayout({labels, job: jobWith()}), 1000, report);
  expect(readBlock(block)).toEqual({
    'up{instance="i",job="j"}': 1,
    'scrape_duration_seconds{instance="i",job="j"}': 1.5,
    'scrape_samples_scraped{instance="i",job="j"}': 4,
    'scrape_samples_post_metric_relabeling{instance="i",job="j"}': 3,
    'scrape_series_added{instance="i",job="j"}': 2,
  });
});

it('sorts its name among the labels', () => {
  const layout = reportLayout({labels: [['Zone', 'x'], ...labels], job: jobWith()});
  expect(layout.seriesAt(0).labels).toEqual([['Zone', 'x'], ['__name__', 'up'], ...labels]);
});

it('has the external labels that its target does not have', () => {
  const layout = reportLayout({labels, job: jobWith({externalLabels: {cluster: 'home', job: 'external'}})});
  for (let index = 0; index < layout.size; index += 1) {
    expect(layout.seriesAt(index).labels).toEqual([
      ['__name__', expect.any(String)],
      ['cluster', 'home'],
      ...labels,
    ]);
  }
});
