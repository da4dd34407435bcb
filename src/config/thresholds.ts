import {z} from 'zod';
import {orNumber, parsed} from './fields.ts';

const bytesPerSecondOf: ReadonlyMap<string, number> = new Map(
  (
    [
      ['k', 1e3],
      ['M', 1e6],
      ['G', 1e9],
    ] as const
  ).flatMap(([prefix, factor]) => [
    [`${prefix}bps`, factor / 8],
    [`${prefix}bit/s`, factor / 8],
    [`${prefix}B/s`, factor],
  ]),
);

/** Reads a rate such as `100Mbps`, `1.5 Gbit/s` or `12MB/s`. Gives bytes per second, or undefined when it is none. */
export const parseRate = (text: string): number | undefined => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z/]+)$/.exec(text) ?? [];
  const unitBytes = bytesPerSecondOf.get(unit);
  return unitBytes === undefined ? undefined : Number.parseFloat(digits) * unitBytes;
};

const numberBefore = (wanted: string, text: string): number | undefined => {
  const [, digits = '', unit] = /^(\d+(?:\.\d+)?) ?(\D+)$/.exec(text) ?? [];
  return unit === wanted ? Number.parseFloat(digits) : undefined;
};

const rate = orNumber(
  parsed((text) => parseRate(text) || undefined, 'a rate above zero, such as 100Mbps, 1.5Gbit/s or 12MB/s'),
);
const latency = orNumber(
  parsed((text) => numberBefore('ms', text) || undefined, 'a latency above zero, such as 50ms or 12.5ms'),
);
const percent = orNumber(
  parsed((text) => {
    const value = numberBefore('%', text);
    return value !== undefined && value <= 100 ? value : undefined;
  }, 'a percentage such as 1% or 0.5%'),
);

/** The section `thresholds` of a job. Numbers need their units: there is more than one that a bare one could have. */
export const thresholds = z
  .strictObject({
    download: rate.optional().describe('The least rate of the download.'),
    upload: rate.optional().describe('The least rate of the upload.'),
    ping: latency.optional().describe('The highest latency of the idle line.'),
    packet_loss: percent.optional().describe('The highest packet loss.'),
  })
  .transform(({download, upload, ping, packet_loss: packetLoss}) => ({
    ...(download !== undefined && {downloadBytesPerSecond: download}),
    ...(upload !== undefined && {uploadBytesPerSecond: upload}),
    ...(ping !== undefined && {latencyMs: ping}),
    ...(packetLoss !== undefined && {packetLossPercent: packetLoss}),
  }));
