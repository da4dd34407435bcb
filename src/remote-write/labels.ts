import {byLabelName} from '../metrics/label-order.ts';
import type {Labels} from '../metrics/sample.ts';

/**
 * `write_relabel_configs` as a function: gives a complete label set's new labels, sorted by name and none empty, or
 * undefined where the rules drop it. The same labels always give the same.
 */
export type Relabel = (labels: Labels) => Labels | undefined;

/** The complete label set with which a metric's series is sent, or undefined where it is not sent. */
export type SentLabels = (name: string, own: Labels) => Labels | undefined;

/**
 * A series' complete label set: sorted by name, unique, none empty, as the specification's section "Labels" demands.
 * On a clash the series' own label stays, as with Prometheus' `external_labels`.
 */
const completeLabels = (name: string, own: Labels, external: Labels): Labels => {
  const labels = new Map([...external, ...own, ['__name__', name]]);
  return [...labels].filter(([, value]) => value !== '').sort(byLabelName);
};

/**
 * As `completeLabels`, of labels that are complete but for the external ones: sorted, `__name__` among them, none empty.
 * Both lists are gone through side by side, for there are as many series as samples.
 */
const mergeLabels = (own: Labels, external: Labels): Labels => {
  if (external.length === 0) return own;
  const merged: Labels[number][] = [];
  let next = 0;
  for (const label of own) {
    for (let other = external[next]; other !== undefined; other = external[next]) {
      const order = byLabelName(other, label);
      if (order > 0) break;
      if (order < 0) merged.push(other);
      next += 1;
    }
    merged.push(label);
  }
  return [...merged, ...external.slice(next)];
};

/** Other names with two underscores in front are reserved, and hold what rules hand to each other. */
const isSent = ([name]: Labels[number]): boolean => name === '__name__' || !name.startsWith('__');

/** What is sent of a label set; undefined where that is nothing. */
const sentOf = (labels: Labels | undefined): Labels | undefined => {
  const sent = labels?.every(isSent) ? labels : labels?.filter(isSent);
  return sent?.length === 0 ? undefined : sent;
};

/**
 * Relabels as Prometheus does before it writes: after the external labels have been added.
 * @param external labels that every series gets besides its own, such as `job` and `instance`.
 */
export const createSentLabels = (external: Labels, relabel: Relabel = (labels) => labels): SentLabels => {
  return (name, own) => sentOf(relabel(completeLabels(name, own, external)));
};

/**
 * As `createSentLabels`, for label sets as a scrape has them: sorted by name, `__name__` among them, none empty.
 */
export const createScrapedLabels = (
  external: Labels,
  relabel: Relabel = (labels) => labels,
): ((labels: Labels) => Labels | undefined) => {
  const sorted = external.filter(([, value]) => value !== '').sort(byLabelName);
  return (labels) => sentOf(relabel(mergeLabels(labels, sorted)));
};
