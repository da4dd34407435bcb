import {configJsonSchema} from '../src/config/json-schema.ts';
import {profiles} from '../src/metrics/catalog.ts';
import {rulesFile} from '../src/rules/rules-file.ts';
import {bridgeDashboard} from './grafana/bridge.ts';
import {resultsDashboard} from './grafana/results.ts';

const prefix = 'speedtest_tracker_';
const promised = {downloadBytesPerSecond: 12.5e6, uploadBytesPerSecond: 2.5e6};

const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** The files of examples/ that are made from the code, by their paths there. */
export const generatedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...profiles.map(
      (profile) => [`prometheus/rules-${profile}.yaml`, rulesFile({profile, prefix}, promised)] as const,
    ),
    ...profiles.map(
      (profile) => [`grafana/${profile}.json`, toJson(resultsDashboard({profile, prefix}))] as const,
    ),
    ['grafana/bridge.json', toJson(bridgeDashboard())],
    ['speedtest-bridge.schema.json', toJson(configJsonSchema())],
  ]);
