import {
  type CatalogEntry,
  catalog,
  infoEntry,
  profiles,
  statusEntries,
  unitOf,
} from '../../src/metrics/catalog.ts';
import {type LabelName, resultLabels} from '../../src/metrics/labels.ts';
import {ownMetrics} from './own-metrics.ts';
import {code, codes, table} from './table.ts';

const nameIn = (entry: CatalogEntry, profile: (typeof profiles)[number]): string | undefined => {
  const naming = entry[profile];
  return typeof naming === 'object' ? naming[0] : naming;
};

const unitText = (entry: CatalogEntry): string => {
  const base = entry['base-units'];
  return typeof base === 'object' ? `${entry.unit}; \`base-units\`: ${unitOf(base[0])}` : entry.unit;
};

const numbers = table(
  [...profiles.map(code), 'unit', 'meaning'],
  catalog.map((entry) => [
    ...profiles.map((profile) => codes([nameIn(entry, profile) ?? []].flat())),
    unitText(entry),
    entry.help,
  ]),
);

const everywhere = table(
  ['metric', 'meaning'],
  [...statusEntries, infoEntry].map(({name, help}) => [code(name), help]),
);

const labelMeanings: Readonly<Record<LabelName, string>> = {
  app_name: '`metrics.app_name`',
  isp: 'the provider, where the engine learns it',
  server_id: "the server's id in its list",
  server_name: "the server's name",
  server_country: "the server's country",
  server_location: "the server's town",
  healthy: '`true` or `false`: whether the thresholds were met; absent without any that could be judged',
  status: '`completed`, `failed` or `skipped`',
  scheduled: '`true` when the schedule started the test, `false` when a person did',
  job_name: 'name of the job; with several jobs on every series',
  engine: 'the engine that measured, or that was tried last',
  engine_version: 'its version, where it tells',
  failure: 'class of the failure, or `skipped-` and why',
  reason: 'the failure or skip in words',
};

const labels = table(
  ['label', 'on', 'meaning'],
  Object.entries(labelMeanings).map(([name, meaning]) => [
    code(name),
    resultLabels.includes(name) ? 'every series' : '`result_info`',
    meaning,
  ]),
);

const own = async (): Promise<string> =>
  table(
    ['metric', 'type', 'labels', 'meaning'],
    (await ownMetrics()).map(({name, type, labels: ofMetric, help}) => [
      code(name),
      type,
      ofMetric.size === 0
        ? '–'
        : [...ofMetric]
            .map(([label, values]) => (values.length > 1 ? `${code(label)}: ${codes(values)}` : code(label)))
            .join('; '),
      help,
    ]),
  );

/** docs/metrics.md: every metric and label of results, from the mapping's table, and the process's own metrics. */
export const metricsReference = async (): Promise<string> => `# Metrics

<!-- Written by \`npm run generate\` from src/metrics and src/telemetry. -->

## Results

On \`/prometheus\`, by remote write and in the Pushgateway alike. Each name gets \`metrics.prefix\`, by default
\`speedtest_tracker_\`. \`metrics.profiles\` chooses among three generations of names; several can be on at once. A value that
was not measured is left out.

${numbers}
In every profile:

${everywhere}
## Labels

Of what is not known there is no label. \`metrics.volatile_labels: info\` moves \`healthy\`, \`status\` and \`scheduled\` to
\`result_info\`. A job's own \`labels\` are on all its series.

${labels}
## The bridge's own

On \`/metrics\`, beside the process's and Node's (\`process_…\`, \`nodejs_…\`).

${await own()}`;
