import {reservedLabels, resultLabels} from '../metrics/labels.ts';
import {type Naming, statusNamed} from '../metrics/names.ts';

/** The labels that change from one of a line's results to the next. */
export const changingLabels = resultLabels.toSorted().join(', ');

/**
 * A line, as queries aggregate it: the series of one job of one bridge, whatever a result changes of their labels.
 * Only those are left out, so that labels which people give to lines, such as a site's, are kept.
 */
export const acrossResults = `without (${changingLabels})`;

const lineLabels: readonly string[] = ['job', 'instance', 'job_name'];

/** The same for the info metric, which has more labels, and always `job_name`. */
export const acrossInfo = `without (${reservedLabels
  .filter((name) => !lineLabels.includes(name))
  .toSorted()
  .join(', ')})`;

/** What a query of results looks at. */
export interface Scope extends Naming {
  /** Matchers of labels as in a selector, without the braces; may be empty. */
  readonly matchers: string;
  /** How long a result counts as the newest when none follows it, as a PromQL duration. */
  readonly within: string;
}

/** A metric's newest sample of each series, whether it was sent once, repeated, or scraped every minute. */
const latest = (metric: string, {matchers, within}: Scope): string =>
  `last_over_time(${metric}${matchers === '' ? '' : `{${matchers}}`}[${within}])`;

/**
 * A metric of each line's newest result; nothing where that has no such number.
 * Where labels have changed, the series before are still within reach of `last_over_time`: of all that a line has, only
 * the one whose result ended last counts, which is how nothing is summed twice.
 */
export const newest = (metric: string, scope: Scope): string => {
  const ended = latest(statusNamed('result_timestamp_seconds', scope), scope);
  return `max ${acrossResults} (\n  ${latest(metric, scope)}\n  and topk ${acrossResults} (1, ${ended})\n)`;
};
