import type {EngineFailure, IdleLatency, Measurement, TestResult, Transfer} from '../result.ts';
import {printable} from './printable.ts';
import {formatBytes, formatMs, formatRate} from './units.ts';

type Row = readonly [label: string, value: string];

const idle = ({latencyMs, jitterMs, lowMs, highMs}: IdleLatency): string => {
  const details = [
    jitterMs !== undefined && `jitter ${formatMs(jitterMs)}`,
    lowMs !== undefined && `low ${formatMs(lowMs)}`,
    highMs !== undefined && `high ${formatMs(highMs)}`,
  ].filter((detail) => detail !== false);
  return [formatMs(latencyMs), ...details].join(', ');
};

const transferRows = (
  label: string,
  {bytesPerSecond, bytes, elapsedMs, latency}: Transfer,
): readonly Row[] => {
  const moved = [
    bytes !== undefined && formatBytes(bytes),
    elapsedMs !== undefined && `in ${(elapsedMs / 1000).toFixed(1)} s`,
  ].filter((detail) => detail !== false);
  const rows: Row[] = [
    [label, `${formatRate(bytesPerSecond)}${moved.length > 0 ? ` (${moved.join(' ')})` : ''}`],
  ];
  if (latency !== undefined) {
    const {iqmMs, jitterMs, lowMs, highMs} = latency;
    rows.push([
      '  latency',
      `${formatMs(iqmMs)} loaded, jitter ${formatMs(jitterMs)}, low ${formatMs(lowMs)}, high ${formatMs(highMs)}`,
    ]);
  }
  return rows;
};

const responsivenessRows = ({download, upload}: Measurement): readonly Row[] => {
  const each = [
    download?.responsivenessRpm !== undefined && `download ${download.responsivenessRpm.toFixed(0)}`,
    upload?.responsivenessRpm !== undefined && `upload ${upload.responsivenessRpm.toFixed(0)}`,
  ].filter((detail) => detail !== false);
  return each.length === 0 ? [] : [['Responsiveness', `${each.join(', ')} round trips per minute`]];
};

const failureRow = ({engine, server, reason}: EngineFailure): Row => [
  `${engine} failed`,
  server === undefined ? reason : `${server}: ${reason}`,
];

const rowsOf = (result: TestResult): readonly Row[] => {
  switch (result.status) {
    case 'completed': {
      const {engine, server, isp, ping, download, upload, packetLossPercent} = result.measurement;
      const place = [server.name, server.location, server.country].filter((part) => part !== undefined);
      return [
        ['Engine', [engine.name, engine.version].filter((part) => part !== undefined).join(' ')],
        ['Server', place.length > 0 ? place.join(', ') : (server.host ?? 'unknown')],
        ...(isp === undefined ? [] : [['ISP', isp] as const]),
        ...(ping === undefined ? [] : [['Ping', idle(ping)] as const]),
        ...(download === undefined ? [] : transferRows('Download', download)),
        ...(upload === undefined ? [] : transferRows('Upload', upload)),
        ...responsivenessRows(result.measurement),
        ['Packet loss', packetLossPercent === undefined ? 'not measured' : `${packetLossPercent} %`],
        ...(result.fellBackFrom ?? []).map(failureRow),
      ];
    }
    case 'failed':
      return [
        ['Failed', `${result.failure.class}: ${result.failure.reason}`],
        ...result.attempts.slice(0, -1).map(failureRow),
      ];
    case 'skipped':
      return [['Skipped', `${result.skip.class}: ${result.skip.reason}`]];
    default:
      return result satisfies never;
  }
};

/** A result as a table for people: one line a row, no line break at the end. */
export const resultTable = (result: TestResult): string => {
  const rows = rowsOf(result);
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${printable(value)}`).join('\n');
};
