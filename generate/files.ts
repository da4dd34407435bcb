import {configJsonSchema} from '../src/config/json-schema.ts';
import {profiles} from '../src/metrics/catalog.ts';
import {defaultPrefix as prefix} from '../src/metrics/names.ts';
import {rulesFile} from '../src/rules/rules-file.ts';
import {configurationReference} from './docs/configuration.ts';
import {metricsReference} from './docs/metrics.ts';
import {bridgeDashboard} from './grafana/bridge.ts';
import {resultsDashboard} from './grafana/results.ts';
import {thirdParty} from './third-party.ts';

const promised = {downloadBytesPerSecond: 12.5e6, uploadBytesPerSecond: 2.5e6};

const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** The files that are made from the code, by their paths in the project. */
export const generatedFiles = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([
    ...profiles.map(
      (profile) =>
        [`examples/prometheus/rules-${profile}.yaml`, rulesFile({profile, prefix}, promised)] as const,
    ),
    ...profiles.map(
      (profile) => [`examples/grafana/${profile}.json`, toJson(resultsDashboard({profile, prefix}))] as const,
    ),
    ['examples/grafana/bridge.json', toJson(bridgeDashboard())],
    ['examples/speedtest-bridge.schema.json', toJson(configJsonSchema())],
    ['docs/configuration.md', configurationReference()],
    ['docs/metrics.md', await metricsReference()],
    ['THIRD-PARTY.md', thirdParty()],
  ]);
