import type {Config} from '../config/schema.ts';
import type {Journal} from '../journal/journal.ts';
import {type RowFor, writeOpenMetrics} from './openmetrics-file.ts';

/** The numbers of the rejected results that are kept, oldest first, and who refused each. */
const rejectedResults = (
  journal: Journal,
  names: readonly string[],
): readonly {readonly id: number; readonly refusedBy: readonly string[]}[] => {
  const refusedBy = new Map<number, string[]>();
  for (const name of names) {
    for (const {resultId} of journal.rejections(name)) {
      refusedBy.set(resultId, [...(refusedBy.get(resultId) ?? []), name]);
    }
  }
  return [...refusedBy]
    .flatMap(([id, by]) => {
      const row = journal.result(id);
      return row === undefined ? [] : [{id, refusedBy: by, endedAtMs: row.result.endedAtMs}];
    })
    .sort((a, b) => a.endedAtMs - b.endedAtMs);
};

function* rejectedRows(journal: Journal, names: readonly string[]): Generator<RowFor> {
  for (const {id, refusedBy} of rejectedResults(journal, names)) {
    const row = journal.result(id);
    if (row !== undefined) yield {row, destinations: refusedBy};
  }
}

/** Writes the rejected results' samples in OpenMetrics to a file, or to standard output where `output` is `-`. */
export const exportRejected = (
  config: Config,
  journal: Journal,
  names: readonly string[],
  output: string,
): Promise<void> => writeOpenMetrics(config, rejectedRows(journal, names), output);
