import {formatDuration, parseDuration} from '../duration.ts';
import type {AgeLimit, Ask} from './age-limit.ts';

const monthMs = 31 * 86_400_000;

/** A line of `/flags`, which has one for each flag that is set. */
const flagLine = /^-([\w.]+)="(.*)"$/;

/** A retention in milliseconds: a number of months, or a duration such as `100d`. */
const retentionMs = (text: string): number | undefined =>
  /^\d+(\.\d+)?$/.test(text) ? Number.parseFloat(text) * monthMs : parseDuration(text);

/**
 * What a VictoriaMetrics of a single node tells: it takes samples of any age within its retention and drops older ones
 * without a word. Undefined where it is none: vminsert and vmagent keep nothing themselves.
 * @see https://docs.victoriametrics.com/victoriametrics/single-server-victoriametrics/#retention
 */
export const victoriaMetricsAgeLimit = async (
  ask: Ask,
  base: string,
  nowMs: number,
): Promise<AgeLimit | undefined> => {
  const answer = await ask(`${base.replace(/\/prometheus$/, '')}/flags`);
  if (!answer.ok) return undefined;
  const lines = answer.body.split('\n').filter((line) => line !== '');
  const flags = new Map(lines.map((line) => [flagLine.exec(line)?.[1], flagLine.exec(line)?.[2]]));
  if (flags.has(undefined) || flags.has('storageNode') || flags.has('remoteWrite.url')) return undefined;
  const keptMs = retentionMs(flags.get('retentionPeriod') ?? '1');
  if (keptMs === undefined) return undefined;
  return {
    kind: 'known',
    product: 'victoria-metrics',
    oldestMs: nowMs - keptMs,
    words: `VictoriaMetrics takes samples up to ${formatDuration(keptMs)} old and drops older ones without a word (-retentionPeriod)`,
  };
};
