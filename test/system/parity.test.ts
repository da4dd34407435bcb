import {join} from 'node:path';
import {afterAll, beforeAll, expect, it, vi} from 'vitest';
import type {JournalRow} from '../../src/journal/row.ts';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {documentedMapping} from '../fixtures/documented-mapping.ts';
import {completed} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {type Prometheus, startPrometheus} from '../peers/prometheus.ts';
import {type Pushgateway, startPushgateway} from '../peers/pushgateway.ts';
import {parseText} from '../unit/exposition/parse-text.ts';
import {startBridge} from './bridge.ts';

/** Series by name and labels, `job` and `instance` aside, with their values. */
type Content = Readonly<Record<string, number>>;

const keyOf = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([name, value]) => name !== 'job' && name !== 'instance' && value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const contentOf = (series: readonly {labels: Readonly<Record<string, string>>; value: number}[]): Content => {
  const content = Object.fromEntries(series.map(({labels, value}) => [keyOf(labels), value]));
  expect(Object.keys(content)).toHaveLength(series.length);
  return content;
};

const expectedOf = (row: JournalRow): Content =>
  contentOf(
    documentedMapping(row).map(({name, labels, value}) => ({
      labels: {__name__: name, ...Object.fromEntries(labels)},
      value,
    })),
  );

/** The scrape job of Speedtest Tracker's documentation, with nothing but the target changed, and the wait cut short. */
const documentedScrapeJob = (target: string) => ({
  job_name: 'speedtest-tracker',
  scrape_interval: '5s',
  scrape_timeout: '5s',
  metrics_path: '/prometheus',
  static_configs: [{targets: [target]}],
});

/** What is written to by each version of remote write. */
let receivers: Readonly<Record<'v1' | 'v2', Prometheus>>;
let pushgateway: Pushgateway;
beforeAll(async () => {
  const [v1, v2, gateway] = await Promise.all([startPrometheus(), startPrometheus(), startPushgateway()]);
  receivers = {v1, v2};
  pushgateway = gateway;
});
afterAll(async () => {
  await Promise.all([receivers?.v1.stop(), receivers?.v2.stop(), pushgateway?.stop()]);
});

/** Runs a bridge with all three outputs, and reads back what each of them has of its newest result. */
const readBack = async (instance: string, folder: string, jobs: readonly unknown[]) => {
  const bridge = await startBridge(folder, {
    labels: {instance},
    jobs,
    // Long enough that a busy machine too gets a few probes of the loaded latency through.
    engines: {embedded: {duration: '2s'}},
    remote_write: [
      {name: 'v1', url: `${receivers.v1.url}/api/v1/write`, protobuf_message: 'prometheus.WriteRequest'},
      {
        name: 'v2',
        url: `${receivers.v2.url}/api/v1/write`,
        protobuf_message: 'io.prometheus.write.v2.Request',
      },
    ],
    pushgateway: [{url: pushgateway.url}],
    storage: {path: 'journal.db'},
  });
  await vi.waitFor(
    async () => expect(await (await fetch(`${bridge.url}/prometheus`)).text()).toContain('_success{'),
    {timeout: 20_000, interval: 100},
  );
  const scraper = await startPrometheus({scrapeConfigs: [documentedScrapeJob(`127.0.0.1:${bridge.port}`)]});
  try {
    const fromPrometheus = async (prometheus: Prometheus, selector: string): Promise<Content> => {
      const found = await vi.waitFor(
        async () => {
          const series = await prometheus.query(`{__name__=~"speedtest_tracker_.+",${selector}}`);
          if (series.length === 0) {
            const targets = await (await fetch(`${prometheus.url}/api/v1/targets`)).text();
            throw new Error(`no series ${selector}: ${targets}`);
          }
          return series;
        },
        {timeout: 90_000, interval: 250},
      );
      return contentOf(found.map(({labels, samples}) => ({labels, value: Number(samples[0]?.[1])})));
    };
    const pushed = async (): Promise<Content> => {
      // The Pushgateway's own metrics have types that results do not.
      const lines = (await pushgateway.metrics())
        .split('\n')
        .filter((line) => line.includes('speedtest_tracker_'));
      const samples = parseText(`${lines.join('\n')}\n`).flatMap((family) => family.samples);
      return contentOf(
        samples
          .map(({name, labels, value}) => ({labels: {__name__: name, ...Object.fromEntries(labels)}, value}))
          .filter(({labels}) => 'instance' in labels && labels['instance'] === instance),
      );
    };
    const contents = {
      scraped: await fromPrometheus(scraper, 'job="speedtest-tracker"'),
      remoteWritten: await fromPrometheus(receivers.v1, `instance="${instance}"`),
      remoteWrittenAsV2: await fromPrometheus(receivers.v2, `instance="${instance}"`),
      pushed: await pushed(),
    };
    bridge.child.kill('SIGTERM');
    expect(await bridge.ended).toBe(0);
    const journal = openJournal(join(folder, 'journal.db'));
    const row = journal.newest();
    journal.close();
    if (row === undefined) throw new Error('the journal is empty');
    return {...contents, expected: expectedOf(row), row};
  } finally {
    await scraper.stop();
  }
};

const ofEmbeddedEngine = async (): Promise<void> => {
  const job = {name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded'], run_at_start: true};
  const {expected, row, ...contents} = await readBack('embedded', temporaryFolder(), [job]);
  expect(row.result.status).toBe('completed');
  // Everything documented, and the five of every profile.
  expect(Object.keys(expected)).toHaveLength(15 + 5);
  for (const content of Object.values(contents)) expect(content).toEqual(expected);
};

const ofRecordedResult = async (): Promise<void> => {
  const folder = temporaryFolder();
  const journal = openJournal(join(folder, 'journal.db'));
  // So that the cursors are there before the result is.
  for (const name of ['v1', 'v2', `pushgateway ${pushgateway.url}/`]) journal.cursor(name);
  const endedAtMs = Date.now() - 5000;
  journal.append(completed({startedAtMs: endedAtMs - 25_000, endedAtMs, healthy: true}));
  journal.close();
  const job = {name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded']};
  const {expected, row, ...contents} = await readBack('recorded', folder, [job]);
  expect(row.result.endedAtMs).toBe(endedAtMs);
  expect(Object.keys(expected)).toHaveLength(15 + 5);
  for (const content of Object.values(contents)) expect(content).toEqual(expected);
  const selector = 'speedtest_tracker_ping{instance="recorded"}';
  for (const receiver of Object.values(receivers)) {
    const times = await receiver.samples(selector, endedAtMs - 1000, endedAtMs + 1000);
    expect(times.map(({samples}) => samples)).toEqual([[[endedAtMs, '11.25']]]);
  }
};

// Side by side in one test, since each waits for up to a minute until the documented job scrapes.
it('scraped, remote-written and pushed, a measured result and one with every value are the same', async () => {
  await Promise.all([ofEmbeddedEngine(), ofRecordedResult()]);
});
