import type {Labels} from '../metrics/sample.ts';

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const isLegacy = ([name, value]: Labels[number]): boolean =>
  labelName.test(name) && (name !== '__name__' || metricName.test(value));

/** As Prometheus' escaping scheme `underscores`; colons are for metrics alone. */
const escapeMetric = (name: string): string => name.replace(/^\d|[^a-zA-Z0-9_:]/gu, '_');
const escapeLabel = (name: string): string => name.replace(/^\d|[^a-zA-Z0-9_]/gu, '_');

/**
 * The labels with names as remote write 1.0 demands them, which has no others than ASCII's letters, digits and underscores:
 * https://prometheus.io/docs/specs/prw/remote_write_spec/#labels. All else becomes underscores, and of labels that then have
 * one name the first stays. Gives the very list where no name changes. Sorted by name, as the given ones have to be.
 */
export const legacyLabels = (labels: Labels): Labels => {
  if (labels.every(isLegacy)) return labels;
  const escaped = new Map<string, string>();
  for (const [name, value] of labels) {
    const legacyName = escapeLabel(name);
    if (!escaped.has(legacyName)) escaped.set(legacyName, name === '__name__' ? escapeMetric(value) : value);
  }
  return [...escaped].sort(([a], [b]) => (a < b ? -1 : 1));
};
