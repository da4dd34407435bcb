import {type Naming, numberNamed, statusNamed} from '../../src/metrics/names.ts';
import {acrossInfo, acrossResults, changingLabels, newest, type Scope} from '../../src/promql/line.ts';

const within = '$window';
/** The lines that are chosen. A failed test has no server and no provider to choose it by. */
const lines = 'job=~"$job", instance=~"$instance"';
const results = `${lines}, server_name=~"$server", isp=~"$isp"`;

/** The queries of a dashboard of results. All answer in base units: bits per second, seconds, shares of 1. */
export interface ResultQueries {
  /** A number of each line's newest result; `id` is its name in `tracker-v1`. */
  number(id: string): string;
  /** The rate of a direction. */
  rate(direction: 'download' | 'upload'): string;
  /** What one of the metrics of every profile says of each line's newest result. */
  status(name: string): string;
  /** The share of each line's time in which its newest result was a completed test. */
  availability(): string;
  /** How many lines have a newest result that failed, by its class. */
  failing(): string;
  /** When each kind of failure was last seen, Unix time. */
  failures(): string;
  /** The mean over the time range of the values whose tests ended in an hour of the day. */
  inHour(expr: string, hour: number): string;
  /** The number of each result at the one step at which it is new, with all its labels; for tables. */
  ofEachResult(metric: {readonly name: string; readonly toBaseUnit: string}): string;
}

export const resultQueries = (naming: Naming): ResultQueries => {
  const ofResults: Scope = {...naming, matchers: results, within};
  const ofLines: Scope = {...naming, matchers: lines, within};
  const ended = statusNamed('result_timestamp_seconds', naming);
  const info = statusNamed('result_info', naming);

  const number = (id: string): string => {
    const {name, toBaseUnit} = numberNamed(id, naming);
    return newest(name, ofResults) + toBaseUnit;
  };

  // A skipped run says nothing about the line. Where its label is only on the info metric, it counts as failed.
  const notSkipped: Scope = {...naming, matchers: `${lines}, status!="skipped"`, within};

  /** Which info series is each line's newest: by its samples' times, for it has labels that no other metric has. */
  const newestInfo = `topk ${acrossInfo} (1, max_over_time(timestamp(${info}{${lines}})[${within}:2m]))`;

  const isNew = (): string => {
    const latest = `last_over_time(${ended}{${results}}[${within}])`;
    const before = `last_over_time(${ended}{${results}}[${within}] offset $__interval)`;
    const same = `max ${acrossResults} (${latest}) == max ${acrossResults} (${before})`;
    return `(topk ${acrossResults} (1, ${latest}) unless ignoring (${changingLabels}) (${same}))`;
  };

  return {
    number,
    rate: (direction) => `${number(`${direction}_bytes`)} * 8`,
    status: (name) => newest(statusNamed(name, naming), ofLines),
    availability: () => `avg_over_time((${newest(statusNamed('success', naming), notSkipped)})[$__range:5m])`,
    failing: () =>
      `count by (failure) (last_over_time(${info}{${lines}, failure!=""}[${within}]) and ${newestInfo})`,
    failures: () =>
      `max by (instance, job_name, failure, reason, engine) (max_over_time(timestamp(${info}{${lines}, failure!=""})[$__range:2m]))`,
    inHour: (expr, hour) => {
      const hourOfDay = `hour(${newest(ended, ofResults)} + 3600 * $utc_offset)`;
      return `avg(avg_over_time((${expr} and ${hourOfDay} == ${hour})[$__range:30m]))`;
    },
    ofEachResult: ({name, toBaseUnit}) =>
      // `without ()` leaves out the metric's name alone, so that a result's numbers are in one row.
      `max without () (last_over_time(${name}{${results}}[${within}]) and ${isNew()})${toBaseUnit}`,
  };
};
