import {readCsv, rowsOf} from './csv.ts';
import {decimal} from './fields.ts';
import type {Reading, SourceRow} from './source.ts';
import {SourceError} from './source-error.ts';
import {readTracker} from './tracker.ts';

/** What columns of some exports are called in the table; all others have its names. */
const tableNames: ReadonlyMap<string, string> = new Map([
  ['ping_latency', 'ping'],
  ['download_bandwidth', 'download'],
  ['upload_bandwidth', 'upload'],
  ['download_latency_avg', 'download_latency_iqm'],
  ['upload_latency_avg', 'upload_latency_iqm'],
  ['download_latency_jitter', 'download_jitter'],
  ['upload_latency_jitter', 'upload_jitter'],
  ['downloaded_bytes', 'download_bytes'],
  ['uploaded_bytes', 'upload_bytes'],
  ['packetloss', 'packet_loss'],
  ['message', 'error_message'],
  ['server_url', 'server_host'],
]);

const columnOf = (title: string): string => {
  const name = title.trim().toLowerCase().replaceAll(' ', '_');
  return tableNames.get(name) ?? name;
};

/**
 * Whether the columns Download and Upload are in bits per second. They are in the exports of 2024 and 2025, which have them
 * before what the earlier and later ones have them behind; `Download bandwidth` was never in bits.
 */
const isInBits = (path: string, titles: readonly string[], columns: readonly string[]): boolean => {
  if (titles.some((title) => /bandwidth$/i.test(title.trim()))) return false;
  const rate = columns.findIndex((column) => column === 'download' || column === 'upload');
  const other = ['ping', 'scheduled'].map((column) => columns.indexOf(column)).find((index) => index >= 0);
  if (rate < 0) return false;
  if (other === undefined)
    throw new SourceError(
      'unusable',
      `${path} does not tell the unit of its rates: export it with the column Ping`,
    );
  return rate < other;
};

const inBytes = (bits: string | undefined): string | number | undefined =>
  bits === undefined || !decimal.test(bits) ? bits : Number.parseFloat(bits) / 8;

const valuesOf = ({healthy, ...rest}: Readonly<Record<string, string>>, inBits: boolean) => ({
  ...rest,
  // The export has No also where it is not known.
  ...(healthy === 'Yes' && {healthy}),
  ...(inBits && {download: inBytes(rest['download']), upload: inBytes(rest['upload'])}),
});

/**
 * Reads an export of Speedtest Tracker, in any of the forms that it has had, in the order of the results' numbers.
 * Throws a `SourceError` for a file that is none.
 */
export const readTrackerCsv = (path: string, content: string, reading: Reading): readonly SourceRow[] => {
  const [head, ...records] = readCsv(content);
  const titles = head?.fields ?? [];
  const columns = titles.map(columnOf);
  for (const [column, title] of [
    ['id', 'ID'],
    ['created_at', 'Created at'],
  ] as const) {
    if (columns.includes(column)) continue;
    throw new SourceError(
      'unusable',
      `${path} has no column "${title}": is it an export of Speedtest Tracker, made while that speaks English?`,
    );
  }
  const inBits = isInBits(path, titles, columns);
  const idColumn = columns.indexOf('id');
  const numberOf = (fields: readonly string[]): number => Number.parseInt(fields[idColumn] ?? '', 10) || 0;
  const inOrder = records.toSorted((a, b) => numberOf(a.fields) - numberOf(b.fields));
  return rowsOf(columns, inOrder, (known) => readTracker(valuesOf(known, inBits), reading));
};
