import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import type {JournalRow} from '../../src/journal/row.ts';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {documentedMapping} from '../fixtures/documented-mapping.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {authorities} from '../fixtures/tls.ts';
import {startPrometheus} from '../peers/prometheus.ts';
import {startVictoriaMetrics} from '../peers/victoria-metrics.ts';
import {startBridge} from '../system/bridge.ts';
import {type Flapping, moods, startFlapping} from './flapping.ts';

/** The long form, `npm run test:crash`, has 200. */
const kills = Number.parseInt(process.env['CRASH_KILLS'] ?? '8', 10);
const seed = Number.parseInt(process.env['CRASH_SEED'] ?? `${Date.now() % 1_000_000}`, 10);

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
const randomFrom = (start: number) => {
  let state = start;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

type Samples = ReadonlyMap<string, number>;
type Sample = readonly [labels: Readonly<Record<string, string>>, timestampMs: number, value: number];

/** The difference of two values, relative to the second. */
const errorOf = (value: number, expected: number): number =>
  value === expected ? 0 : Math.abs(value - expected) / Math.abs(expected);

// VictoriaMetrics keeps a block's values as decimals of one exponent, and may lose a small one's last digits.
const decimalError = 1e-9;

/**
 * Samples by labels and time. Two of one series and time with different values are an error.
 * @param tolerance by how much values may differ that are the same.
 */
const samplesOf = (samples: Iterable<Sample>, tolerance = 0): Samples => {
  const found = new Map<string, number>();
  for (const [labels, timestampMs, value] of samples) {
    const key = JSON.stringify([Object.entries(labels).sort(), timestampMs]);
    expect(errorOf(found.get(key) ?? value, value), key).toBeLessThanOrEqual(tolerance);
    found.set(key, value);
  }
  return found;
};

const samplesOfRows = (rows: readonly JournalRow[]): Samples =>
  samplesOf(
    rows.flatMap((row) =>
      documentedMapping(row).map(({name, labels, value}): Sample => {
        const all = {__name__: name, instance: 'crash', job: 'speedtest', ...Object.fromEntries(labels)};
        return [all, row.result.endedAtMs, value];
      }),
    ),
  );

/** The largest difference of a value from what is expected, relative to that. */
const largestError = (found: Samples, expected: Samples): number =>
  Math.max(
    ...[...expected].map(([key, value]) => errorOf(found.get(key) ?? Number.POSITIVE_INFINITY, value)),
  );

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it(`${kills} kills while tests run and receivers flap lose nothing and double nothing`, {
  timeout: 120_000 + kills * 10_000,
}, async () => {
  const random = randomFrom(seed);
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const [prometheus, victoria] = await Promise.all([startPrometheus(), startVictoriaMetrics()]);
  const fronts: Flapping[] = [
    await startFlapping(prometheus.url),
    await startFlapping(victoria.url),
    await startFlapping(prometheus.url),
  ];
  onTestFinished(async () => {
    await Promise.all(fronts.map((front) => front.stop()));
    await Promise.all([prometheus.stop(), victoria.stop()]);
  });
  const [toPrometheus, toVictoria, down] = fronts;
  if (!toPrometheus || !toVictoria || !down) throw new Error('three fronts');
  down.be('refuse');
  const destination = {
    remote_timeout: '2s',
    tls_config: {ca: authorities.ours},
    repeat_interval: '0',
    queue_config: {min_backoff: '100ms', max_backoff: '1s'},
  };
  const configuration = {
    labels: {instance: 'crash'},
    jobs: [{name: 'wan', schedule: '* * * * * *', engines: ['embedded'], run_at_start: true}],
    engines: {embedded: {duration: '200ms', connections: 1}},
    remote_write: [
      {...destination, name: 'prometheus', url: `${toPrometheus.url}/api/v1/write`},
      {...destination, name: 'victoria', url: `${toVictoria.url}/api/v1/write`},
      {...destination, name: 'down', url: down.url},
    ],
    storage: {path},
  };

  let bridge = await startBridge(folder, configuration);
  for (let kill = 0; kill < kills; kill += 1) {
    for (const front of [toPrometheus, toVictoria]) {
      front.be(moods[Math.floor(random() * moods.length)] ?? 'forward');
    }
    await pause(random() * 2500);
    bridge.child.kill('SIGKILL');
    expect(await bridge.ended).toBe('SIGKILL');
    bridge = await startBridge(folder, configuration);
  }
  for (const front of [toPrometheus, toVictoria]) front.be('forward');
  await pause(3000);
  bridge.child.kill('SIGTERM');
  expect(await bridge.ended).toBe(0);

  const journal = openJournal(path);
  const rows = journal.after(0, 100_000);
  journal.close();
  expect(rows.length).toBeGreaterThan(kills / 4);
  // Nothing more is tested; what waits is delivered.
  await startBridge(folder, {
    ...configuration,
    jobs: [{...configuration.jobs[0], schedule: '0 0 1 1 *', run_at_start: false}],
  });
  const expected = samplesOfRows(rows);
  const endedAtMs = rows.map(({result}) => result.endedAtMs);
  const [first, last] = [Math.min(...endedAtMs), Math.max(...endedAtMs)];
  const selector = '{__name__=~"speedtest_tracker_.+"}';
  const inPrometheus = async (): Promise<Samples> => {
    const series = await prometheus.samples(selector, first, last);
    return samplesOf(
      series.flatMap(({labels, samples}) =>
        samples.map(([timestampMs, value]): Sample => [labels, timestampMs, Number(value)]),
      ),
    );
  };
  // A sample that came twice is there twice; a stale marker is no value.
  const inVictoria = async (): Promise<Samples> => {
    const series = await victoria.export(selector);
    return samplesOf(
      series.flatMap(({labels, samples}) =>
        samples.flatMap(([timestampMs, value]): Sample[] =>
          value === null ? [] : [[labels, timestampMs, value]],
        ),
      ),
      decimalError,
    );
  };
  const patience = {timeout: 60_000, interval: 1000};
  await vi.waitFor(async () => expect(await inPrometheus(), `seed ${seed}`).toEqual(expected), patience);
  await vi.waitFor(async () => {
    const found = await inVictoria();
    expect([...found.keys()].sort(), `seed ${seed}`).toEqual([...expected.keys()].sort());
    expect(largestError(found, expected), `seed ${seed}`).toBeLessThanOrEqual(decimalError);
  }, patience);
});
