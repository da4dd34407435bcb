import {readFileSync} from 'node:fs';
import type {Profile} from '../metrics/catalog.ts';
import {defaultPrefix} from '../metrics/names.ts';
import {checkedPrefix} from './naming-flags.ts';

/**
 * Prints a Grafana dashboard: of the results that have the names of a profile, or of the bridge itself.
 * They are made ahead of time (`npm run generate`), for what makes them is larger than all of this program; only the prefix
 * of the metrics' names is put in here, with which nothing else of a dashboard begins.
 * Throws a `UsageError` for a prefix that is none.
 */
export const dashboard = (name: Profile | 'bridge', prefix: string): void => {
  const file = new URL(`../../examples/grafana/${name}.json`, import.meta.url);
  process.stdout.write(readFileSync(file, 'utf8').replaceAll(defaultPrefix, checkedPrefix(prefix)));
};
