import {createOwnMetrics} from '../../src/telemetry/own-metrics.ts';

/** A metric as its exposition shows it, with the values that each label has there. */
export interface OwnMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: ReadonlyMap<string, readonly string[]>;
}

const job = 'wan';
const destination = 'home';

/** The process's own metrics, each with a sample. */
const exposition = (): Promise<string> => {
  const metrics = createOwnMetrics({
    version: '0.1.0',
    destinations: () => new Map([[destination, {lagResults: 0, oldestEndedAtMs: undefined, sentBytes: 0}]]),
    waitingSinceMs: () => new Map([[destination, undefined]]),
    monthlyData: () => ({jobs: [{job, usedBytes: 0, budgetBytes: 1}], total: {usedBytes: 0, budgetBytes: 1}}),
  });
  metrics.expect([job], [destination]);
  metrics.configured(true);
  metrics.delivery({destination, outcome: {kind: 'accepted'}, attempted: 1, settled: 1, lag: 0});
  return metrics.render();
};

const labelsOf = (samples: readonly string[]): OwnMetric['labels'] => {
  const values = new Map<string, Set<string>>();
  for (const [, name = '', value = ''] of samples.flatMap((line) => [...line.matchAll(/(\w+)="([^"]*)"/g)])) {
    values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  return new Map([...values].map(([name, each]) => [name, [...each]]));
};

/** The metrics of `/metrics` that are not those of Node and of the process, by name. */
export const ownMetrics = async (): Promise<readonly OwnMetric[]> => {
  const families = (await exposition()).split('# HELP ').filter((family) => family.startsWith('speedtest_'));
  return families
    .map((family) => {
      const [first = '', second = '', ...samples] = family.split('\n');
      const name = first.slice(0, first.indexOf(' '));
      return {
        name,
        help: first.slice(name.length + 1),
        type: second.slice(`# TYPE ${name} `.length),
        labels: labelsOf(samples),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};
