import type {KeyedResult} from '../journal/import-journal.ts';
import type {TestResult} from '../result.ts';
import {resultColumns} from './results.ts';
import {tableLines} from './table.ts';
import type {Terminal} from './terminal.ts';

/** How many of the results are shown as they would be. */
const shown = 5;

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * What stands in for the journal where nothing is to be written: it counts what would come.
 * @param knownAmong gives those of some keys that are in the journal already.
 */
export const createImportPreview = (knownAmong: (keys: readonly string[]) => ReadonlySet<string>) => {
  const keys = new Set<string>();
  const counts = {completed: 0, failed: 0, skipped: 0};
  const first: TestResult[] = [];
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;

  const take = (results: readonly KeyedResult[]): readonly TestResult[] => {
    const added: TestResult[] = [];
    const known = knownAmong(results.map(({key}) => key));
    for (const {result, key} of results) {
      if (keys.has(key) || known.has(key)) continue;
      keys.add(key);
      added.push(result);
      counts[result.status] += 1;
      firstMs = Math.min(firstMs, result.endedAtMs);
      lastMs = Math.max(lastMs, result.endedAtMs);
      if (first.length < shown) first.push(result);
    }
    return added;
  };

  const lines = (terminal: Terminal): readonly string[] =>
    keys.size === 0
      ? []
      : [
          ...tableLines(resultColumns(1), first, terminal),
          ...(keys.size > shown ? ['…'] : []),
          '',
          `${counts.completed} completed, ${counts.failed} failed, ${counts.skipped} skipped`,
          `from ${iso(firstMs)} to ${iso(lastMs)}`,
        ];

  return {take, lines};
};
