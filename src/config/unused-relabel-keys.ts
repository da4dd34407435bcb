import type {z} from 'zod';
import type {relabelConfigs} from '../relabel/schema.ts';
import type {Path, Warn} from './problem.ts';

/** A line for each key of a rule that its action does not use. `path` is that of the list of rules. */
export const unusedRelabelKeys = (
  rules: z.output<typeof relabelConfigs>,
  path: Path,
  warn: Warn,
): readonly string[] =>
  rules.flatMap(({action, unusedKeys}, index) =>
    unusedKeys.map((key) => warn([...path, index, key], `the action ${action} does not use it`)),
  );
