import {UnreadableRowError} from './fault.ts';
import {
  type History,
  type Step,
  type StepQuery,
  type Summary,
  type ValueName,
  valueNames,
} from './history.ts';
import {columnsOf, command, type Database, statement, textOf} from './query.ts';

/** How long each of the sums that are kept is. */
export const hourMs = 3_600_000;

/** Each value's place in a result, and how its columns in the table begin. */
const values: Readonly<Record<ValueName, {readonly column: string; readonly path: string}>> = {
  downloadBytesPerSecond: {column: 'download', path: '$.measurement.download.bytesPerSecond'},
  uploadBytesPerSecond: {column: 'upload', path: '$.measurement.upload.bytesPerSecond'},
  pingMs: {column: 'ping', path: '$.measurement.ping.latencyMs'},
  jitterMs: {column: 'jitter', path: '$.measurement.ping.jitterMs'},
  downloadLatencyMs: {column: 'download_latency', path: '$.measurement.download.latency.iqmMs'},
  uploadLatencyMs: {column: 'upload_latency', path: '$.measurement.upload.latency.iqmMs'},
  packetLossPercent: {column: 'packet_loss', path: '$.measurement.packetLossPercent'},
};
const columns = valueNames.map((name) => values[name].column);
const counts = ['completed', 'failed', 'skipped', 'unhealthy'] as const;

const forEach = (text: (column: string) => string): string => columns.map(text).join();

/**
 * The results in question as rows of an hour that has one result only. Without the limit, which limits nothing, SQLite
 * would look into the body again wherever a column is used.
 */
const asHours = (where: string): string => `(SELECT job, ended_at_ms AS start_ms,
    status = 'completed' AS completed, status = 'failed' AS failed, status = 'skipped' AS skipped,
    status = 'completed' AND ifnull(body ->> '$.healthy', 1) = 0 AS unhealthy,
    ${valueNames.map((name) => `CAST(body ->> '${values[name].path}' AS REAL) AS ${values[name].column}`).join()}
  FROM results WHERE json_valid(body) AND ${where} LIMIT -1)`;

const ofResults = `${counts.map((name) => `sum(${name})`).join()},
  ${forEach((name) => `count(${name}), sum(${name}), min(${name}), max(${name})`)}`;

const ofHours = `${counts.map((name) => `sum(${name})`).join()},
  ${forEach((name) => `sum(${name}_count), sum(${name}_sum), min(${name}_low), max(${name}_high)`)}`;

const insertFrom = (where: string): string => `INSERT INTO hours
  SELECT job, start_ms / ${hourMs} * ${hourMs}, ${ofResults} FROM ${asHours(where)} GROUP BY 1, 2`;

/** Of two values that may be unknown. */
const merged = (pick: 'min' | 'max', column: string): string =>
  `${column} = coalesce(${pick}(${column}, excluded.${column}), ${column}, excluded.${column})`;

const added = (column: string): string =>
  `${column} = coalesce(${column} + excluded.${column}, ${column}, excluded.${column})`;

const addToHour = `ON CONFLICT DO UPDATE SET ${counts.map(added).join()},
  ${forEach((name) =>
    [
      added(`${name}_count`),
      added(`${name}_sum`),
      merged('min', `${name}_low`),
      merged('max', `${name}_high`),
    ].join(),
  )}`;

const numberOf = (column: unknown): number => {
  if (typeof column !== 'number') throw new UnreadableRowError('journal: an hour of another shape');
  return column;
};

/** From the columns `count, sum, low, high`. */
const toSummary = ([count, sum, low, high]: readonly unknown[]): Summary => ({
  count: numberOf(count),
  mean: numberOf(sum) / numberOf(count),
  low: numberOf(low),
  high: numberOf(high),
});

/** From the columns of the job, the step's number, `counts`, and four for each value. */
const toStep = (row: unknown, {fromMs, stepMs}: StepQuery): Step => {
  const [job, number, completed, failed, skipped, unhealthy, ...rest] = columnsOf(row);
  const summaries = valueNames.flatMap((name, index) => {
    const four = rest.slice(4 * index, 4 * index + 4);
    return four[0] === 0 ? [] : [[name, toSummary(four)] as const];
  });
  return {
    job: textOf(job),
    startMs: fromMs + numberOf(number) * stepMs,
    completed: numberOf(completed),
    failed: numberOf(failed),
    skipped: numberOf(skipped),
    unhealthy: numberOf(unhealthy),
    values: Object.fromEntries(summaries),
  };
};

/**
 * The part of the journal that keeps sums of the results by hour and job, so that a year need not be read to be drawn.
 * They hold what the results hold that are there, no more and no less.
 */
export const openHours = (db: Database) => {
  const addFrom = command(db, `${insertFrom('id >= ?')} ${addToHour}`);
  const remove = command(db, 'DELETE FROM hours WHERE job = ? AND start_ms = ?');
  const insertHour = command(db, insertFrom('job = ? AND ended_at_ms >= ? AND ended_at_ms < ?'));

  const select = (sums: string, from: string) =>
    statement(
      db,
      `SELECT CAST(job AS BLOB), CAST((start_ms - ?1) / ?2 AS INTEGER), ${sums} FROM ${from} GROUP BY job, 2 ORDER BY job, 2`,
    );
  const inRange = (time: string): string => `${time} >= ?1 AND ${time} < ?3`;
  const exact = select(ofResults, asHours(inRange('ended_at_ms')));
  const exactOfJob = select(ofResults, asHours(`job = ?4 AND ${inRange('ended_at_ms')}`));
  const hourly = select(ofHours, `hours WHERE ${inRange('start_ms')}`);
  const hourlyOfJob = select(ofHours, `hours WHERE job = ?4 AND ${inRange('start_ms')}`);

  const steps: History['steps'] = (query) => {
    const {job, fromMs, toMs, stepMs} = query;
    const rows =
      job === undefined
        ? (query.exact ? exact : hourly).all(fromMs, stepMs, toMs)
        : (query.exact ? exactOfJob : hourlyOfJob).all(fromMs, stepMs, toMs, job);
    return rows.map((row) => toStep(row, query));
  };

  return {
    /** Counts the results from a number on, which were just inserted, in the same transaction. */
    addFrom: (id: number): void => {
      addFrom.run(id);
    },
    /** Sums hours up anew, after results of them were deleted. Each is a row of the columns `job, start_ms`. */
    recount: (rows: readonly unknown[]): void => {
      for (const row of rows) {
        const [name, start] = columnsOf(row);
        const [job, startMs] = [textOf(name), numberOf(start)];
        remove.run(job, startMs);
        insertHour.run(job, startMs, startMs + hourMs);
      }
    },
    /** Sums all hours up anew. */
    recountAll: (): void => {
      db.exec(`DELETE FROM hours; ${insertFrom('1')}`);
    },
    steps,
  };
};
