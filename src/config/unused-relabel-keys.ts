import type {z} from 'zod';
import type {relabelConfigs} from '../relabel/schema.ts';
import type {Path} from './problem.ts';

/** Gives the line that says why what is at a place of the configuration has no effect. */
export type Warn = (path: Path, because: string) => string;

/** A line for each key of a rule that its action does not use. `path` is that of the list of rules. */
export const unusedRelabelKeys = (
  rules: z.output<typeof relabelConfigs>,
  path: Path,
  warn: Warn,
): readonly string[] =>
  rules.flatMap(({action, unusedKeys}, index) =>
    unusedKeys.map((key) => warn([...path, index, key], `the action ${action} does not use it`)),
  );
