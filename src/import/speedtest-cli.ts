import {z} from 'zod';
import {unansweredMs} from '../engine/cli/speedtest-cli.ts';
import type {Measurement} from '../result.ts';
import {createClock} from './clock.ts';
import {readCsv} from './csv.ts';
import {idleLatency, numeric, problemOf, text, transfer} from './fields.ts';
import type {Imported} from './source.ts';

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
      id: z.union([z.string(), z.number()]).nullish(),
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
  const {id, sponsor, name, host, country} = server ?? {};
  const ping = idleLatency({latencyMs: found.ping});
  const download = transfer({bytesPerSecond: perByte(found.download), bytes: found.bytes_received});
  const upload = transfer({bytesPerSecond: perByte(found.upload), bytes: found.bytes_sent});
  return {
    engine: {name: 'speedtest-cli'},
    server: {
      ...(id && {id: String(id)}),
      ...(sponsor && {name: sponsor}),
      ...(host && {host}),
      ...(country && {country}),
      ...(name && {location: name}),
    },
    ...(client?.isp && {isp: client.isp}),
    ...(ping && ping.latencyMs < unansweredMs && {ping}),
    ...(download && {download}),
    ...(upload && {upload}),
  };
};

/**
 * What one run of sivel's speedtest-cli printed. Its time, in UTC, is that of the start; no other is noted, so it counts as
 * the end, too. The key is made of the job, the time and the server, and so the same from JSON and CSV.
 */
const readRun = (value: unknown, job: string): Imported => {
  const parsed = run.safeParse(value);
  if (!parsed.success) return {kind: 'wrong', problem: problemOf(parsed.error)};
  const at = createClock('speedtest-cli', 'UTC')(parsed.data.timestamp);
  if (!at.ok) return {kind: 'wrong', problem: `timestamp: ${at.problem}`};
  const measurement = measurementOf(parsed.data);
  const {server, ping, download, upload} = measurement;
  if (!ping && !download && !upload) return {kind: 'wrong', problem: 'nothing was measured'};
  return {
    kind: 'result',
    key: `speedtest-cli:${JSON.stringify([job, at.ms, server.id])}`,
    result: {status: 'completed', job, scheduled: true, startedAtMs: at.ms, endedAtMs: at.ms, measurement},
  };
};

/** Reads a line that speedtest-cli printed with `--json`. */
export const readSpeedtestCliJson = (line: string, job: string): Imported => {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return {kind: 'wrong', problem: 'not JSON'};
  }
  return readRun(json, job);
};

/** What `--csv-header` prints. */
const columns =
  'Server ID,Sponsor,Server Name,Timestamp,Distance,Ping,Download,Upload,Share,IP Address'.split(',');

const known = (field: string | undefined): string | undefined => (field === '' ? undefined : field);

/** Reads a line that speedtest-cli printed with `--csv`; undefined for the one of `--csv-header`. */
export const readSpeedtestCliCsv = (line: string, job: string): Imported | undefined => {
  const [record] = readCsv(line);
  const fields = record?.fields ?? [];
  if (fields.join() === columns.join()) return undefined;
  if (fields.length !== columns.length || record?.isWhole !== true)
    return {kind: 'wrong', problem: `not the ${columns.length} columns of speedtest-cli --csv`};
  const [id, sponsor, name, timestamp, _distance, ping, download, upload] = fields.map(known);
  return readRun({timestamp, ping, download, upload, server: {id, sponsor, name}}, job);
};
