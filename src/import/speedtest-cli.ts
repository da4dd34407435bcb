import {z} from 'zod';
import {isAnswered, printedServer} from '../engine/cli/speedtest-cli.ts';
import {schemaProblem} from '../engine/schema-problem.ts';
import type {Measurement} from '../result.ts';
import {readCsv} from './csv.ts';
import {identifier, idleLatency, isMeasured, numeric, text, transfer} from './fields.ts';
import {readJsonLine} from './json-line.ts';
import type {Imported, Reading} from './source.ts';

/** `SpeedtestResults.dict` of speedtest.py 2.1.3: rates in bits per second, the ping in milliseconds. */
const run = z.object({
  timestamp: z.string(),
  download: numeric,
  upload: numeric,
  ping: numeric,
  bytes_received: numeric,
  bytes_sent: numeric,
  server: z
    .object({
      id: identifier,
      host: text,
      sponsor: text,
      name: text,
      country: text,
    })
    .nullish(),
  client: z.object({isp: text}).nullish(),
});

const perByte = (bits: number | null | undefined): number | undefined => (bits ?? 0) / 8;

const measurementOf = ({server, client, ...found}: z.output<typeof run>): Measurement => {
  const ping = idleLatency({latencyMs: found.ping});
  const download = transfer({bytesPerSecond: perByte(found.download), bytes: found.bytes_received});
  const upload = transfer({bytesPerSecond: perByte(found.upload), bytes: found.bytes_sent});
  return {
    engine: {name: 'speedtest-cli'},
    server: printedServer(server ?? {}),
    ...(client?.isp && {isp: client.isp}),
    ...(ping && isAnswered(ping.latencyMs) && {ping}),
    ...(download && {download}),
    ...(upload && {upload}),
  };
};

/**
 * What one run of sivel's speedtest-cli printed. Its time, in UTC, is that of the start; no other is noted, so it counts as
 * the end, too. The key is made of the job, the time and the server, and so the same from JSON and CSV.
 */
const readRun = (value: unknown, {job, clock}: Reading): Imported => {
  const parsed = run.safeParse(value);
  if (!parsed.success) return {kind: 'wrong', problem: schemaProblem(parsed.error)};
  const at = clock(parsed.data.timestamp);
  if (!at.ok) return {kind: 'wrong', problem: `timestamp: ${at.problem}`};
  const measurement = measurementOf(parsed.data);
  if (!isMeasured(measurement)) return {kind: 'wrong', problem: 'nothing was measured'};
  return {
    kind: 'result',
    key: `speedtest-cli:${JSON.stringify([job, at.ms, measurement.server.id])}`,
    result: {status: 'completed', job, scheduled: true, startedAtMs: at.ms, endedAtMs: at.ms, measurement},
  };
};

/** Reads a line that speedtest-cli printed with `--json`. */
export const readSpeedtestCliJson = (line: string, reading: Reading): Imported =>
  readJsonLine(line, (json) => readRun(json, reading));

/** What `--csv-header` prints. */
const columns =
  'Server ID,Sponsor,Server Name,Timestamp,Distance,Ping,Download,Upload,Share,IP Address'.split(',');

const known = (field: string | undefined): string | undefined => (field === '' ? undefined : field);

/** Reads a line that speedtest-cli printed with `--csv`; undefined for the one of `--csv-header`. */
export const readSpeedtestCliCsv = (line: string, reading: Reading): Imported | undefined => {
  const [record] = readCsv(line);
  const fields = record?.fields ?? [];
  if (fields.join() === columns.join()) return undefined;
  if (fields.length !== columns.length || record?.isWhole !== true)
    return {kind: 'wrong', problem: `not the ${columns.length} columns of speedtest-cli --csv`};
  const [id, sponsor, name, timestamp, _distance, ping, download, upload] = fields.map(known);
  return readRun({timestamp, ping, download, upload, server: {id, sponsor, name}}, reading);
};
