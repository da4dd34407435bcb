import {join} from 'node:path';
import {expect, vi} from 'vitest';
import {createGate} from '../../../src/delivery/gate.ts';
import {startForwarding} from '../../../src/forwarding/forwarding.ts';
import {openScrapeJournal} from '../../../src/forwarding/scrape-journal.ts';
import {remoteWriteScrapes} from '../../../src/remote-write/scrape-sink.ts';
import {createRemoteWriter} from '../../../src/remote-write/writer.ts';
import type {Block} from '../../../src/scrape/block.ts';
import {createScraper} from '../../../src/scrape/targets/scraper.ts';
import {findTargets} from '../../../src/scrape/targets/target.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {jobWith} from '../../unit/scrape/targets/jobs.ts';
import {startHttpServer} from '../http-server.ts';
import {
  type Attempt,
  backoff,
  type Gauge,
  helpOf,
  isInfo,
  messages,
  random,
  type Sender,
  type SenderSettings,
  type Sending,
  unitOf,
} from './sender.ts';

const escaped = (text: string): string =>
  text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));

const numberText = (value: number): string => {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return String(value).replace('Infinity', 'Inf');
};

/** A page of these gauges, in OpenMetrics 1.0. */
const pageOf = (gauges: readonly Gauge[]): string => {
  const names = new Set(gauges.map(({name}) => name));
  const lines = [...names].flatMap((name) => [
    `# TYPE ${isInfo(name) ? `${name.replace(/_info$/, '')} info` : `${name} gauge`}`,
    `# HELP ${name.replace(/_info$/, '')} ${helpOf(name)}`,
    ...(unitOf(name) === undefined ? [] : [`# UNIT ${name} ${unitOf(name)}`]),
    ...gauges
      .filter((gauge) => gauge.name === name)
      .map(({labels, value}) => {
        const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
        return `${name}{${pairs}} ${numberText(value)}`;
      }),
  ]);
  return [...lines, '# EOF', ''].join('\n');
};

export interface ScrapeSending extends Sending {
  /** Scrapes a page of OpenMetrics; undefined for a target that answers 500. */
  scrape(timeMs: number, page: string | undefined): Promise<void>;
  /** The target is not to be scraped any more. */
  end(timeMs: number): void;
}

/** Scrapes pages over HTTP, and forwards what is on them. */
export const startScrapes = async ({
  version,
  http,
  labels = {},
  connections = 1,
  folder = temporaryFolder(),
  ...settings
}: SenderSettings): Promise<ScrapeSending> => {
  const name = 'receiver';
  const attempts: Attempt[] = [];
  let page: string | undefined;
  const target = await startHttpServer((response) =>
    response
      .writeHead(page === undefined ? 500 : 200, {'content-type': 'application/openmetrics-text'})
      .end(page),
  );
  const groups = [{targets: [target.url.host], labels: {instance: 'home'}}];
  const [found] = findTargets(jobWith({groups, name: 'node'})).targets;
  if (found === undefined) expect.fail('there is no target');
  const scraper = createScraper(found, {exemplars: true, version: '1.2.3'});
  const journal = openScrapeJournal({
    path: join(folder, 'scrapes.db'),
    limitBytes: 1e8,
    onLost: () => expect.unreachable(),
    log: {error: (line) => expect.unreachable(line)},
  });
  journal.keepFor([name]);
  const writer = createRemoteWriter({http, protobufMessage: messages[version], connections}, '1.2.3');
  // So few samples that a page of some size goes in several requests, where they may be under way at the same time.
  const maxSamples = connections > 1 ? 50 : 10_000;
  const loop = startForwarding({
    journal,
    sink: remoteWriteScrapes({name, labels, exemplars: true, connections, maxSamples, ...settings}, writer),
    gate: createGate(),
    queue: backoff,
    onForwarded: (forwarded) => attempts.push(forwarded),
    onError: (_, error) => expect.unreachable(String(error)),
    random,
  });
  const append = (blocks: readonly Block[]): void => {
    journal.append(blocks);
    loop.wake();
  };
  const scrape = async (timeMs: number, next: string | undefined): Promise<void> => {
    page = next;
    append((await scraper.scrape(timeMs, new AbortController().signal)).blocks);
  };
  return {
    hand: (timeMs, gauges) => scrape(timeMs, pageOf(gauges)),
    scrape,
    end: (timeMs) => append(scraper.end(timeMs)),
    settled: () =>
      vi.waitFor(() => expect(journal.waitingSinceMs(name)).toBeUndefined(), {timeout: 25_000, interval: 5}),
    attempts,
    stop: async () => {
      await scraper.close();
      await loop.stop();
      journal.close();
      await target.stop();
    },
  };
};

export const scrapesSender: Sender = {name: 'scrapes', start: startScrapes};
