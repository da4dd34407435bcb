import {type Naming, numberNamed, statusNamed} from '../../src/metrics/names.ts';
import {
  acrossInfo,
  acrossResults,
  changingLabels,
  infoOfLine,
  numberSeries,
  ofLine,
  onLine,
  type Scope,
  statusSeries,
} from '../../src/promql/line.ts';

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
  /** The share of each line's time in which its newest result was a completed test, of all but that of skipped runs. */
  availability(): string;
  /** How many lines have a newest result that failed, by its class. */
  failing(): string;
  /** When each kind of failure was last seen, Unix time. */
  failures(): string;
  /**
   * The mean over the time range of a number's values by the hour of the day in which their tests ended, as the label
   * `hour` from 00 to 23. Each result is counted once; of several lines, it is the mean of their means.
   */
  byHour(expr: string): string;
  /** The number of each result at the one step at which it is new, with all its labels; for tables. */
  eachNumber(id: string): string;
  /** The same of one of the metrics of every profile. */
  eachStatus(name: string): string;
}

export const resultQueries = (naming: Naming): ResultQueries => {
  const ofResults: Scope = {...naming, matchers: results, within};
  const ofLines: Scope = {...naming, matchers: lines, within};
  const ended = statusNamed('result_timestamp_seconds', naming);
  const info = statusNamed('result_info', naming);

  const number = (id: string): string => {
    const {name, toBaseUnit} = numberNamed(id, naming);
    return ofLine(numberSeries(name, ofResults)) + toBaseUnit;
  };

  /** The info series of lines' newest results, by their samples' times: it has labels that no other metric has. */
  const newestInfo = (matcher: string): string =>
    `last_over_time(${info}{${lines}, ${matcher}}[${within}]) and topk ${acrossInfo} (1, max_over_time(timestamp(${info}{${lines}})[${within}:2m]))`;

  /** When each line's newest result ended, where that was not known one step earlier. */
  const newlyEnded = (step: string): string => {
    const latest = `max ${acrossResults} (last_over_time(${ended}{${results}}[${within}]))`;
    // Days, for a bridge that is back after a while is seen with its last result again.
    const before = `max ${acrossResults} (last_over_time(${ended}{${results}}[2d] offset ${step}))`;
    return `(${latest} unless ${latest} == ${before})`;
  };

  // `without ()` leaves out the metric's name alone, so that a result's numbers are in one row.
  const ofEachResult = (series: string): string =>
    `max without () (\n  ${series}\n  and ignoring (${changingLabels}) ${newlyEnded('$__interval')}\n)`;

  return {
    number,
    rate: (direction) => `${number(`${direction}_bytes`)} * 8`,
    status: (name) => ofLine(statusSeries(statusNamed(name, naming), ofLines)),
    availability: () => {
      const success = ofLine(statusSeries(statusNamed('success', naming), ofLines));
      // A skipped run says nothing about the line.
      const skipped = infoOfLine(newestInfo('status="skipped"'));
      return `avg_over_time((${success} unless ${onLine} ${skipped})[$__range:5m])`;
    },
    failing: () => `count by (failure) (${newestInfo('failure!=""')})`,
    failures: () =>
      `max by (instance, job_name, failure, reason, engine) (max_over_time(timestamp(${info}{${lines}, failure!=""})[$__range:2m]))`,
    byHour: (expr) => {
      const hour = `count_values without () ("hour", hour(${newlyEnded('30m')} + 3600 * $utc_offset))`;
      const twoDigits = `label_replace(${hour}, "hour", "0$1", "hour", "(.)")`;
      return `avg by (hour) (avg_over_time((${expr} * ignoring (hour) group_right () ${twoDigits})[$__range:30m]))`;
    },
    eachNumber: (id) => {
      const {name, toBaseUnit} = numberNamed(id, naming);
      return ofEachResult(numberSeries(name, ofResults)) + toBaseUnit;
    },
    eachStatus: (name) => ofEachResult(statusSeries(statusNamed(name, naming), ofResults)),
  };
};
