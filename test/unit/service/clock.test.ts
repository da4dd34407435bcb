import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {startService} from '../../../src/service.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {startReceiver} from '../../peers/receiver.ts';
import {startStrictReceiver} from '../../peers/strict-receiver.ts';

const minuteMs = 60_000;
const scrapeMs = 400;
/** Three series, and five of the scrape itself. */
const samplesPerScrape = 8;
/** For a busy machine. */
const patient = {timeout: 90_000};

/**
 * A bridge that scrapes a page of three series, and sends it by remote write and to a Pushgateway. Its clock goes on with
 * `eventually` alone, so that no scrape is too late however busy the machine is.
 */
const startBridge = async () => {
  vi.useFakeTimers({toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now()});
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const target = await startHttpServer((response) =>
    response.writeHead(200, {'content-type': 'text/plain'}).end(`a 1\nb 2\nc ${target.requests.length}\n`),
  );
  onTestFinished(target.stop);
  const receiver = await startStrictReceiver();
  onTestFinished(receiver.stop);
  const pushgateway = await startReceiver({kind: 'accept', status: 200});
  onTestFinished(pushgateway.stop);
  const folder = temporaryFolder();
  const file = join(folder, 'bridge.yaml');
  const scraped = {job_name: 'node', scrape_interval: `${scrapeMs}ms`, scrape_timeout: `${scrapeMs}ms`};
  const configuration = {
    web: {listen: '127.0.0.1:0'},
    storage: {path: join(folder, 'journal.db')},
    scrape_configs: [{...scraped, static_configs: [{targets: [target.url.host]}]}],
    remote_write: [{url: `${receiver.url}/api/v1/write`}],
    pushgateway: [{url: pushgateway.url}],
    jobs: [],
  };
  writeFileSync(file, JSON.stringify(configuration));
  const load = () => loadConfig({file, flags: {}, env: {}});
  const problems: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: (line: string) => problems.push(line),
    error: (line: string) => problems.push(line),
    adjust: () => {},
  };
  const service = await startService({config: load(), load, log, version: '1.2.3'});
  onTestFinished(() => {
    // It need not wait for a clock that stands still.
    vi.useRealTimers();
    return service.stop();
  });
  /** What became, by the bridge's own metrics, of the samples of all scrapes, and how many these had. */
  const fate = async () => {
    const scrapes = target.requests.length;
    const lines = (await (await fetch(`${service.url}/metrics`)).text()).split('\n');
    // Else the two are not of one moment.
    expect(target.requests.length).toBe(scrapes);
    /** The sum of a metric over its label sets that have this one. */
    const sumOf = (name: string, label: string): number =>
      lines
        .filter((line) => line.startsWith(`speedtest_bridge_${name}{`) && line.includes(label))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    return {
      scraped: scrapes * samplesPerScrape,
      forwarded: sumOf('scraped_samples_forwarded_total', 'destination="remote_write'),
      rejected: sumOf('scraped_samples_rejected_total', 'destination="remote_write'),
      leftOut: sumOf('scraped_samples_lost_total', 'reason="order"'),
    };
  };
  const newestMs = (): number => Math.max(0, ...receiver.samples.map(({timestampMs}) => timestampMs));
  /** Sets the clock, and waits for a sample of then. */
  const goTo = async (timeMs: number): Promise<void> => {
    vi.setSystemTime(timeMs);
    await eventually(() => expect(newestMs()).toBeGreaterThan(timeMs));
  };
  await eventually(() => expect(receiver.samples.length).toBeGreaterThan(samplesPerScrape));
  return {receiver, pushgateway, problems, fate, goTo};
};

const {setTimeout: setRealTimeout} = globalThis;

/** Lets the bridge's clock go on until this holds, and stand still while that is found out. */
const eventually = async (check: () => void | Promise<void>): Promise<void> => {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
    vi.advanceTimersByTime(10);
    await new Promise((resolve) => setRealTimeout(resolve, 10));
  }
};

it('loses nothing silently where the clock goes forward by five minutes and back', patient, async () => {
  const {receiver, pushgateway, problems, fate, goTo} = await startBridge();
  const startMs = Date.now();
  await goTo(startMs + 5 * minuteMs);

  vi.setSystemTime(startMs);
  await eventually(async () => expect((await fate()).leftOut).toBeGreaterThan(samplesPerScrape));
  // What has no times goes on.
  const shown = pushgateway.requests.length;
  await eventually(() => expect(pushgateway.requests.length).toBeGreaterThan(shown + 1));
  const last = (): string => String(pushgateway.requests.at(-1)?.body);
  await eventually(() => expect(last()).toMatch(/^c\{.*\n(.*\n)*up\{.* 1$/m));
  expect(pushgateway.requests.map(({method}) => method)).not.toContain('DELETE');

  await goTo(startMs + 6 * minuteMs);
  await eventually(async () => {
    const {scraped, forwarded, rejected, leftOut} = await fate();
    expect([forwarded + leftOut, rejected]).toEqual([scraped, 0]);
  });
  expect([receiver.conflicts, receiver.violations]).toEqual([[], []]);
  expect(problems).toEqual([expect.stringContaining('not later than those before them')]);
});

it('goes on where the clock was an hour ahead, and counts what the receiver refuses', patient, async () => {
  const {receiver, problems, fate, goTo} = await startBridge();
  const startMs = Date.now();
  await goTo(startMs + 60 * minuteMs);

  vi.setSystemTime(startMs);
  await eventually(async () => expect((await fate()).rejected).toBeGreaterThan(samplesPerScrape));

  await goTo(startMs + 61 * minuteMs);
  await eventually(async () => {
    const {scraped, forwarded, rejected, leftOut} = await fate();
    expect([forwarded + rejected, leftOut]).toEqual([scraped, 0]);
  });
  expect(receiver.violations).toEqual([]);
  expect(problems).toEqual([expect.stringContaining('scraped samples were rejected for good')]);
});
