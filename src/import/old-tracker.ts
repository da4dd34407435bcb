import {z} from 'zod';
import {schemaProblem} from '../engine/schema-problem.ts';
import type {Measurement, TestServer} from '../result.ts';
import {readCsv, rowsOf} from './csv.ts';
import {flag, identifier, idleLatency, isMeasured, numeric, rowNumber, text, transfer} from './fields.ts';
import type {Imported, Reading, SourceRow} from './source.ts';
import {SourceError} from './source-error.ts';

/**
 * The columns of henrywhitaker3's Speedtest-Tracker, as its `BackupHelper` writes them; the first versions have no more than
 * `id`, the numbers and the times. Rates are in Mbit/s, the ping in milliseconds.
 */
const row = z.object({
  id: rowNumber,
  ping: numeric,
  download: numeric,
  upload: numeric,
  server_id: identifier,
  server_name: text,
  server_host: text,
  scheduled: flag,
  failed: flag,
  created_at: z.string(),
});

type Row = z.output<typeof row>;

const bytesPerMbit = 125_000;

const serverOf = ({server_id: id, server_name: name, server_host: host}: Row): TestServer => ({
  ...(id && {id: String(id)}),
  ...(name && {name}),
  ...(host && {host}),
});

const measurementOf = (found: Row): Measurement => {
  const ping = idleLatency({latencyMs: found.ping});
  const download = transfer({bytesPerSecond: (found.download ?? 0) * bytesPerMbit});
  const upload = transfer({bytesPerSecond: (found.upload ?? 0) * bytesPerMbit});
  return {
    engine: {name: 'ookla'},
    server: serverOf(found),
    ...(ping && {ping}),
    ...(download && {download}),
    ...(upload && {upload}),
  };
};

/**
 * One result, which is of the time at which it was written down. It failed where the tracker says so, and where all its
 * numbers are 0: the first versions had no other way to say it. The key is made of the job, the number and the time, and
 * so the same from JSON and CSV.
 */
const readRow = (value: unknown, {job, clock}: Reading): Imported => {
  const parsed = row.safeParse(value);
  if (!parsed.success) return {kind: 'wrong', problem: schemaProblem(parsed.error)};
  const {id, created_at: createdAt, failed, scheduled} = parsed.data;
  const at = clock(createdAt);
  if (!at.ok) return {kind: 'wrong', problem: `created_at: ${at.problem}`};
  const key = `old-tracker:${JSON.stringify([job, id, at.ms])}`;
  const base = {job, scheduled: scheduled ?? false, startedAtMs: at.ms, endedAtMs: at.ms};
  const measurement = measurementOf(parsed.data);
  if (failed !== true && isMeasured(measurement))
    return {kind: 'result', key, result: {...base, status: 'completed', measurement}};
  const failure = {class: 'bad-output', reason: 'the tracker does not say why'} as const;
  const attempts = [{engine: 'ookla', ...failure}];
  return {kind: 'result', key, result: {...base, status: 'failed', failure, attempts}};
};

const entries = z.array(z.unknown());

/** Reads a backup in JSON. Throws a `SourceError` for a file that is none. */
export const readOldTrackerJson = (path: string, content: string, reading: Reading): readonly SourceRow[] => {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (cause) {
    throw new SourceError('unusable', `${path} is no whole JSON`, {cause});
  }
  const parsed = entries.safeParse(json);
  if (!parsed.success) throw new SourceError('unusable', `${path} is no backup: it holds no array`);
  return parsed.data.map((entry, index) => ({
    place: `entry ${index + 1}`,
    imported: readRow(entry, reading),
  }));
};

/** Reads a backup in CSV. Throws a `SourceError` for a file that is none. */
export const readOldTrackerCsv = (path: string, content: string, reading: Reading): readonly SourceRow[] => {
  const [head, ...records] = readCsv(content);
  const names = head?.fields ?? [];
  for (const name of ['id', 'ping', 'download', 'upload', 'created_at']) {
    if (!names.includes(name)) throw new SourceError('unusable', `${path} is no backup: no column ${name}`);
  }
  return rowsOf(names, records, (known) => readRow(known, reading));
};
