import type {z} from 'zod';
import type {Measurement, Transfer} from '../../result.ts';
import {EngineError} from '../engine.ts';
import {schemaProblem} from '../schema-problem.ts';

const shown = 80;

/** A program's standard output as JSON. Throws `bad-output` for anything else, empty or cut short. */
export const readJson = (what: string, text: string): unknown => {
  const trimmed = text.trim();
  if (trimmed === '') throw new EngineError('bad-output', `${what}: printed nothing`);
  try {
    return JSON.parse(trimmed);
  } catch (cause) {
    const start = JSON.stringify(trimmed.slice(0, shown));
    throw new EngineError('bad-output', `${what}: printed something other than whole JSON: ${start}`, {
      cause,
    });
  }
};

/** A value in the shape that a program's output should have. Throws `bad-output` that names the first misfit. */
export const readShape = <T>(what: string, schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new EngineError('bad-output', `${what}: ${schemaProblem(parsed.error, 'output')}`);
};

/** 10 Tbit/s: beyond any line that a test is run on. */
const fastestBytesPerSecond = 1.25e12;
/** Beyond any round trip that a test would survive. */
const slowestMs = 60_000;

const within = (what: string, name: string, value: number | undefined, low: number, high: number): void => {
  if (value === undefined || (value >= low && value <= high)) return;
  throw new EngineError('bad-output', `${what}: ${name} of ${value} can not be`);
};

/** The transfer itself. Throws `bad-output` for numbers that no line can have. */
export const believableTransfer = <T extends Transfer>(what: string, name: string, transfer: T): T => {
  // A rate of nothing at all is a test that did not work, not a slow line.
  within(what, `${name} rate`, transfer.bytesPerSecond, Number.MIN_VALUE, fastestBytesPerSecond);
  within(what, `${name} bytes`, transfer.bytes, 0, Number.MAX_SAFE_INTEGER);
  within(what, `${name} time`, transfer.elapsedMs, 0, Number.MAX_SAFE_INTEGER);
  const {iqmMs, lowMs, highMs, jitterMs} = transfer.latency ?? {};
  for (const ms of [iqmMs, lowMs, highMs, jitterMs]) within(what, `${name} latency`, ms, 0, slowestMs);
  return transfer;
};

/** The measurement itself. Throws `bad-output` for numbers that no line can have. */
export const believable = <T extends Omit<Measurement, 'engine'>>(what: string, measurement: T): T => {
  const {ping, download, upload} = measurement;
  for (const ms of [ping?.latencyMs, ping?.jitterMs, ping?.lowMs, ping?.highMs]) {
    within(what, 'latency', ms, 0, slowestMs);
  }
  if (download) believableTransfer(what, 'download', download);
  if (upload) believableTransfer(what, 'upload', upload);
  return measurement;
};
