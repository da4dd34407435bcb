import type {Labels} from '../../metrics/sample.ts';
import {LabelEditor} from '../../relabel/label-editor.ts';
import {relabel} from '../../relabel/relabel.ts';
import type {ScrapeJob, ScrapeLimits} from '../job.ts';
import {PageError} from '../parse/page-error.ts';
import type {ExposedSeries} from '../parse/series-text.ts';
import type {Target} from './target.ts';

/** The target's labels win; those of the page in their way are called `exported_…`, as often as it takes. */
const putOver = (editor: LabelEditor, added: Labels): void => {
  const displaced: (readonly [string, string])[] = [];
  for (const [name, value] of added) {
    const exposed = editor.get(name);
    if (exposed !== '') displaced.push([name, exposed]);
    editor.set(name, value);
  }
  // The shortest first, as Prometheus does, for one of them may be in the way of another.
  for (const [name, value] of displaced.toSorted(([a], [b]) => a.length - b.length)) {
    let exported = `exported_${name}`;
    while (editor.get(exported) !== '') exported = `exported_${exported}`;
    editor.set(exported, value);
  }
};

const checkLimits = (labels: Labels, limits: ScrapeLimits): void => {
  const name = labels.find(([label]) => label === '__name__')?.[1];
  const refuse = (problem: string): never => {
    throw new PageError(`a series of ${JSON.stringify(name)} has ${problem}`);
  };
  if (labels.length > limits.labels) refuse(`${labels.length} labels, and label_limit is ${limits.labels}`);
  for (const [label, value] of labels) {
    if (Buffer.byteLength(label) > limits.labelNameBytes) {
      refuse(`a label name beyond label_name_length_limit, ${JSON.stringify(label.slice(0, 50))}`);
    }
    if (Buffer.byteLength(value) > limits.labelValueBytes) {
      refuse(`a value beyond label_value_length_limit, of the label ${JSON.stringify(label)}`);
    }
  }
};

/** Labels, sorted by name, and those of `global.external_labels` that are not among them. */
export const withExternalLabels = (labels: Labels, externalLabels: ScrapeJob['externalLabels']): Labels => {
  const external = Object.entries(externalLabels);
  if (external.length === 0) return labels;
  const editor = new LabelEditor(labels);
  for (const [name, value] of external) {
    if (editor.get(name) === '') editor.set(name, value);
  }
  return editor.finish();
};

/**
 * The labels with which a series leaves a scrape: with those of its target, and after `metric_relabel_configs`;
 * undefined where these drop it. Throws a `PageError` where the limits of labels, or the want of a name, make the
 * scrape a failed one.
 */
export const seriesLabels = (
  {name, labels}: ExposedSeries,
  {
    labels: targetLabels,
    job: {honorLabels, metricRelabelRules, limits, externalLabels},
  }: Pick<Target, 'labels' | 'job'>,
): Labels | undefined => {
  const editor = new LabelEditor([['__name__', name], ...labels]);
  if (honorLabels) {
    // A label that the page gives without a value keeps the target's away: that is how the Pushgateway has no instance.
    const exposed = new Set(labels.map(([label]) => label));
    for (const [label, value] of targetLabels) if (!exposed.has(label)) editor.set(label, value);
  } else putOver(editor, targetLabels);
  const own = editor.finish();
  const relabelled = metricRelabelRules.length === 0 ? own : relabel(own, metricRelabelRules);
  if (relabelled === undefined || relabelled.length === 0) return undefined;
  if (!relabelled.some(([label]) => label === '__name__')) {
    throw new PageError(`metric_relabel_configs leave a series of ${JSON.stringify(name)} without a name`);
  }
  checkLimits(relabelled, limits);
  return withExternalLabels(relabelled, externalLabels);
};
