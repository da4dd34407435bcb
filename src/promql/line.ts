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

/** How a line's series are matched with what `infoOfLine` gives. */
export const onLine = 'on (job, instance, job_name)';

/** Info series by line. `job_name` is a label of other series only where there are several jobs, so it comes both ways. */
export const infoOfLine = (series: string): string =>
  `(max by (job, instance, job_name) (${series}) or max by (job, instance) (${series}))`;

/** What a query of results looks at. */
export interface Scope extends Naming {
  /** Matchers of labels as in a selector, without the braces; may be empty. */
  readonly matchers: string;
  /** How long a result counts as the newest when none follows it, as a PromQL duration. */
  readonly within: string;
}

const selected = (metric: string, {matchers}: Scope): string =>
  matchers === '' ? metric : `${metric}{${matchers}}`;

/** A metric's newest sample of each series, whether it was sent once, repeated, or scraped every minute. */
const latest = (metric: string, scope: Scope): string =>
  `last_over_time(${selected(metric, scope)}[${scope.within}])`;

/**
 * Which series of `ended` lacked a metric when they were last seen. Prometheus remembers a sample that was sent once for
 * five minutes, so that none is between two steps.
 */
const lacking = (metric: string, ended: string, scope: Scope): string => {
  const had = `${selected(metric, scope)} * 0 + 1 or ${selected(ended, scope)} * 0`;
  return `last_over_time((${had})[${scope.within}:5m]) == 0`;
};

/**
 * The series, with all its labels, that a metric which every result has is of for each line's newest result.
 * Where labels have changed, the series before are still within reach of `last_over_time`: of all that a line has, only
 * the one whose result ended last counts, which is how nothing is summed twice.
 */
export const statusSeries = (metric: string, scope: Scope): string => {
  const ended = latest(statusNamed('result_timestamp_seconds', scope), scope);
  return `${latest(metric, scope)}\n  and topk ${acrossResults} (1, ${ended})`;
};

/**
 * As `statusSeries`, for a number that results may lack: none where the newest one does.
 * Where that has the labels of the result before, such as one whose packet loss is not known, `last_over_time` still finds
 * the earlier number, though its series has ended.
 */
export const numberSeries = (metric: string, scope: Scope): string => {
  const ended = statusNamed('result_timestamp_seconds', scope);
  return `${statusSeries(metric, scope)}\n  unless ${lacking(metric, ended, scope)}`;
};

/** The value of each line, of which `series` has one at most. */
export const ofLine = (series: string): string => `max ${acrossResults} (\n  ${series}\n)`;
