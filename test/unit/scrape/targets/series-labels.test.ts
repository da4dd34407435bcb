import {expect, it} from 'vitest';
import type {ScrapeJob} from '../../../../src/scrape/job.ts';
import {PageError} from '../../../../src/scrape/parse/page-error.ts';
import {seriesLabels} from '../../../../src/scrape/targets/series-labels.ts';
import {jobWith, noLimits, rules} from './jobs.ts';

const labelsOf = (labels: Readonly<Record<string, string>>, given: Partial<ScrapeJob> = {}) => {
  const target = {labels: Object.entries({instance: 'i', job: 'j'}), job: jobWith(given)};
  const result = seriesLabels({name: 'm', labels: Object.entries(labels)}, target);
  return result && Object.fromEntries(result);
};
const own = {__name__: 'm', instance: 'i', job: 'j'};

it("puts the target's labels over the page's, which are called exported_", () => {
  expect(labelsOf({a: 'b', job: 'x'})).toEqual({...own, a: 'b', exported_job: 'x'});
  expect(labelsOf({job: 'x', exported_job: 'y', instance: ''})).toEqual({
    ...own,
    exported_job: 'y',
    exported_exported_job: 'x',
  });
});

it("leaves the page's labels where honor_labels says so, empty ones too", () => {
  expect(labelsOf({job: 'x', instance: ''}, {honorLabels: true})).toEqual({__name__: 'm', job: 'x'});
  expect(labelsOf({}, {honorLabels: true})).toEqual(own);
});

it('relabels at the end', () => {
  const rename = {source_labels: ['__name__'], target_label: '__name__', replacement: 'new_$1'};
  expect(labelsOf({}, {metricRelabelRules: rules(rename)})).toEqual({...own, __name__: 'new_m'});
  expect(
    labelsOf({}, {metricRelabelRules: rules({action: 'drop', regex: 'm', source_labels: ['__name__']})}),
  ).toBe(undefined);
  const nameless = rules({action: 'labeldrop', regex: '__name__'});
  expect(() => labelsOf({}, {metricRelabelRules: nameless})).toThrow(
    new PageError('metric_relabel_configs leave a series of "m" without a name'),
  );
});

it('adds external labels at the very end, where there are none of their names', () => {
  const externalLabels = {a: 'external', cluster: 'home', empty: '', job: 'external'};
  const labels = labelsOf({a: 'page', cluster: ''}, {externalLabels});
  expect(labels).toEqual({...own, a: 'page', cluster: 'home'});
  expect(Object.keys(labels ?? {})).toEqual(['__name__', 'a', 'cluster', 'instance', 'job']);
  // Neither rules nor limits see them.
  const metricRelabelRules = rules({action: 'labeldrop', regex: 'a|cluster'});
  const limits = {...noLimits, labels: 3};
  expect(labelsOf({a: 'page'}, {externalLabels, metricRelabelRules, limits})).toEqual({
    ...own,
    a: 'external',
    cluster: 'home',
  });
});

it.each([
  [{labels: 4}, 'a series of "m" has 5 labels, and label_limit is 4'],
  [{labelNameBytes: 10}, 'a series of "m" has a label name beyond label_name_length_limit, "a_long_label"'],
  [{labelValueBytes: 7}, 'a series of "m" has a value beyond label_value_length_limit, of the label "b"'],
])('keeps the limits %o', (limits, problem) => {
  const labels = {a_long_label: 'x', b: 'ääää'};
  expect(
    labelsOf(labels, {limits: {...noLimits, labels: 5, labelNameBytes: 12, labelValueBytes: 8}}),
  ).toBeDefined();
  expect(() => labelsOf(labels, {limits: {...noLimits, ...limits}})).toThrow(new PageError(problem));
});
