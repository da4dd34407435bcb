import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {Block} from '../../../src/scrape/block.ts';
import type {ScrapeJob} from '../../../src/scrape/job.ts';
import {createScraping} from '../../../src/scrape/scraping.ts';
import {type HttpServer, type Respond, startHttpServer} from '../../contract/http-server.ts';
import {jobWith, noLimits, readBlock} from './targets/jobs.ts';

const headers = {'content-type': 'text/plain'};
const serve = async (respond: Respond = (response) => response.writeHead(200, headers).end('a 1\n')) => {
  const server = await startHttpServer(respond);
  onTestFinished(server.stop);
  return server;
};

const jobOf = (name: string, servers: readonly HttpServer[], given: Partial<ScrapeJob> = {}): ScrapeJob =>
  jobWith({
    name,
    fingerprint: name,
    intervalMs: 500,
    timeoutMs: 500,
    groups: [{targets: servers.map(({url}) => url.host), labels: {instance: name}}],
    ...given,
  });

/** Scrapes, and gives the blocks of each job as they come. */
const startScraping = () => {
  const blocks: {readonly job: string; readonly block: Block}[] = [];
  const problems: unknown[] = [];
  const scraping = createScraping({
    version: '1.2.3',
    onBlocks: ({job}, scraped) => blocks.push(...scraped.blocks.map((block) => ({job: job.name, block}))),
    logOf: () => ({scrape: () => undefined, error: (error) => problems.push(error)}),
    onProblem: (problem) => problems.push(problem),
  });
  onTestFinished(scraping.stop);
  const of = (wanted: string) => blocks.filter(({job}) => job === wanted).map(({block}) => block);
  return {scraping, of, problems};
};

const endOf = (block: Block | undefined): boolean =>
  block !== undefined && Object.values(readBlock(block)).every((value) => value === 'stale');

describe('scraping', () => {
  it('goes on each interval, at times that are one interval apart, until the series end', async () => {
    const {scraping, of, problems} = startScraping();
    await scraping.update([jobOf('a', [await serve()])], false);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThanOrEqual(4), 10_000);
    const times = of('a').map(({timeMs}) => timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    // Two blocks each: the samples, and what the scrape says of itself.
    expect(of('a').slice(0, 2).map(readBlock)).toMatchObject([
      {'a{instance="a",job="a"}': 1},
      {'up{instance="a",job="a"}': 1, 'scrape_series_added{instance="a",job="a"}': 1},
    ]);
    await scraping.stop();
    const ends = of('a').filter(endOf);
    expect(ends).toHaveLength(2);
    expect(of('a').slice(-2)).toEqual(ends);
    expect(ends[0]?.timeMs).toBeGreaterThan(of('a').at(-3)?.timeMs ?? Infinity);
    expect(problems).toEqual([]);
  });

  it('tells of a scrape whose samples can not be kept, and goes on', async () => {
    const told: string[] = [];
    const scraping = createScraping({
      version: '1.2.3',
      onBlocks: () => {
        if (told.length < 4) throw new Error('disk full');
      },
      logOf: () => ({
        scrape: ({report}) => told.push(`up: ${report.isUp}`),
        error: (error) => told.push(String(error)),
      }),
      onProblem: (problem) => told.push(problem),
    });
    onTestFinished(scraping.stop);
    await scraping.update([jobOf('a', [await serve()])], false);
    await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(4), 10_000);
    const [up, error] = ['up: true', 'Error: disk full'];
    expect(told.slice(0, 4)).toEqual([up, error, up, error]);
  });

  it('is not held up by a target that does not answer', async () => {
    const {scraping, of} = startScraping();
    const jobs = [jobOf('silent', [await serve(() => undefined)]), jobOf('quick', [await serve()])];
    await scraping.update(jobs, false);
    await vi.waitFor(() => {
      expect(of('silent').length).toBeGreaterThanOrEqual(3);
      expect(of('quick').length).toBeGreaterThanOrEqual(6);
    }, 8000);
    expect(of('silent').every((block) => readBlock(block)['up{instance="silent",job="silent"}'] === 0)).toBe(
      true,
    );
  });

  it('leaves what is unchanged alone, and ends the series of what is not', async () => {
    const servers = [await serve(), await serve(), await serve()];
    const [kept, gone, changed] = servers.map((server, index) => jobOf(`job${index}`, [server]));
    if (kept === undefined || gone === undefined || changed === undefined) expect.fail();
    const {scraping, of} = startScraping();
    await scraping.update([kept, gone, changed], false);
    await vi.waitFor(() => {
      for (const name of ['job0', 'job1', 'job2']) expect(of(name).length).toBeGreaterThan(1);
    }, 8000);
    await scraping.update([{...kept}, {...changed, fingerprint: 'another'}], false);
    expect(of('job0').filter(endOf)).toEqual([]);
    expect(of('job1').filter(endOf)).toHaveLength(2);
    expect(of('job2').filter(endOf)).toHaveLength(2);
    const requests = servers[1]?.requests.length;
    const scraped = of('job2').length;
    await vi.waitFor(() => expect(of('job2').length).toBeGreaterThan(scraped), 8000);
    expect(servers[1]?.requests.length).toBe(requests);
    // The first scrape of the changed one has a series that is new to it; that of the other has none.
    const added = (name: string) =>
      of(name).filter(
        (block) => readBlock(block)[`scrape_series_added{instance="${name}",job="${name}"}`] === 1,
      );
    expect(added('job2')).toHaveLength(2);
    expect(added('job0')).toHaveLength(1);
  });

  it('scrapes no target of a job that has too many, and tells of addresses that are none', async () => {
    const servers = [await serve(), await serve()];
    const {scraping, of, problems} = startScraping();
    const many = jobOf('many', servers, {limits: {...noLimits, targets: 1}});
    await scraping.update([many, jobOf('none', [], {groups: [{targets: ['a/b'], labels: {}}]})], false);
    await vi.waitFor(() => expect(of('many').length).toBeGreaterThanOrEqual(2), 8000);
    expect(of('many').every((block) => readBlock(block)['up{instance="many",job="many"}'] === 0)).toBe(true);
    expect(servers.flatMap(({requests}) => requests)).toEqual([]);
    expect(problems).toEqual([
      'scrape job none: target "a/b" is left out: "a/b" is not a valid host and port',
    ]);
  });

  it('ends at once while a target does not answer', async () => {
    const silent = await serve(() => undefined);
    const {scraping, of} = startScraping();
    await scraping.update([jobOf('silent', [silent], {intervalMs: 2000, timeoutMs: 2000})], false);
    await vi.waitFor(() => expect(silent.requests).toHaveLength(1), 8000);
    await scraping.stop();
    expect(of('silent')).toEqual([]);
  });
});
