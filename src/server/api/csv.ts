import type {JournalRow} from '../../journal/row.ts';
import {type Measurement, measuredIn, troubleOf} from '../../result.ts';

type Cell = string | number | boolean | undefined;

const of =
  (read: (measured: Partial<Measurement>) => Cell) =>
  ({result}: JournalRow): Cell =>
    read(measuredIn(result));

const columns: readonly (readonly [name: string, read: (row: JournalRow) => Cell])[] = [
  ['id', ({id}) => id],
  ['job', ({result}) => result.job],
  ['status', ({result}) => result.status],
  ['scheduled', ({result}) => result.scheduled],
  ['started_at', ({result}) => new Date(result.startedAtMs).toISOString()],
  ['ended_at', ({result}) => new Date(result.endedAtMs).toISOString()],
  ['healthy', ({result}) => (result.status === 'completed' ? result.healthy : undefined)],
  ['engine', of(({engine}) => engine?.name)],
  ['server_id', of(({server}) => server?.id)],
  ['server_name', of(({server}) => server?.name)],
  ['server_host', of(({server}) => server?.host)],
  ['server_location', of(({server}) => server?.location)],
  ['server_country', of(({server}) => server?.country)],
  ['isp', of(({isp}) => isp)],
  ['download_bytes_per_second', of(({download}) => download?.bytesPerSecond)],
  ['upload_bytes_per_second', of(({upload}) => upload?.bytesPerSecond)],
  ['ping_ms', of(({ping}) => ping?.latencyMs)],
  ['jitter_ms', of(({ping}) => ping?.jitterMs)],
  ['download_latency_ms', of(({download}) => download?.latency?.iqmMs)],
  ['upload_latency_ms', of(({upload}) => upload?.latency?.iqmMs)],
  ['packet_loss_percent', of(({packetLossPercent}) => packetLossPercent)],
  ['downloaded_bytes', of(({download}) => download?.bytes)],
  ['uploaded_bytes', of(({upload}) => upload?.bytes)],
  ['class', ({result}) => troubleOf(result)?.class],
  ['reason', ({result}) => troubleOf(result)?.reason],
];

/** @see RFC 4180 */
const encode = (cell: Cell): string => {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  // A spreadsheet would compute a text that begins so, and a server may call itself anything.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csvHeader = `${columns.map(([name]) => name).join()}\r\n`;

/** A result as a line of CSV, with its end. What was not measured is empty. */
export const csvLine = (row: JournalRow): string =>
  `${columns.map(([, read]) => encode(read(row))).join()}\r\n`;
