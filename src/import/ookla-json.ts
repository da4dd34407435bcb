import {hash} from 'node:crypto';
import {parseOoklaJson} from '../engine/ookla-json.ts';
import {transfersMs} from './fields.ts';
import {readJsonLine} from './json-line.ts';
import type {Imported} from './source.ts';

/**
 * Reads a line that Ookla's program printed with `--format=json`. Its key is a digest of the job and the line as it is.
 * Ookla's time is that of the test's end.
 */
export const readOoklaLine = (line: string, job: string): Imported =>
  readJsonLine(line, (json) => {
    const parsed = parseOoklaJson(json);
    if (!parsed.ok) return {kind: 'wrong', problem: parsed.problem};
    const {timestampMs, measurement} = parsed;
    const elapsedMs = transfersMs(measurement);
    return {
      kind: 'result',
      key: `ookla-json:${hash('sha256', JSON.stringify([job, line]), 'base64url')}`,
      result: {
        status: 'completed',
        job,
        scheduled: true,
        startedAtMs: timestampMs - elapsedMs,
        endedAtMs: timestampMs,
        measurement: {engine: {name: 'ookla'}, ...measurement},
      },
    };
  });
