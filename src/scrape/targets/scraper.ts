import {createHttpClient} from '../../delivery/http/client.ts';
import {describeResponse} from '../../delivery/http/response.ts';
import type {Block} from '../block.ts';
import {createPageMemory, type PageContents} from '../page/page-memory.ts';
import {PageError} from '../parse/page-error.ts';
import {createLiveSeries} from './live-series.ts';
import {acceptHeader, formatByContentType} from './protocols.ts';
import {reportBlock, reportLayout, type ScrapeReport} from './report.ts';
import {seriesLabels} from './series-labels.ts';
import type {Target} from './target.ts';
import {createTimeOrder, type ScrapedBlocks} from './time-order.ts';

/** Why a scrape failed. */
interface Failure {
  /** In one line. */
  readonly cause: string;
  /** Where it is an error of this program. */
  readonly error?: unknown;
}

/** What came of a scrape. */
export interface Scrape extends ScrapedBlocks, Partial<Failure> {
  readonly report: ScrapeReport;
}

/** Scrapes one target. */
export interface Scraper {
  /**
   * Scrapes it once, at `timeMs`, in Unix milliseconds; whatever goes wrong until the page is read makes it a failed one.
   * Rejects with the reason of an aborted `signal`, and with an error of this program in what it makes of the page. The next
   * call has to wait for this one.
   */
  scrape(timeMs: number, signal: AbortSignal): Promise<Scrape>;
  /** The ends of all series, those that scrapes say of themselves included, behind all samples. Unix milliseconds. */
  end(nowMs: number): readonly Block[];
  close(): Promise<void>;
}

export interface ScraperSettings {
  /** Whether to keep the exemplars of pages. */
  readonly exemplars: boolean;
  /** The program's own. */
  readonly version: string;
  /** Why the target must not be scraped, such as that its job has too many. */
  readonly refusal?: string;
}

const failed = {isUp: false, scraped: 0, relabelled: 0, added: 0};

export const createScraper = (target: Target, {exemplars, version, refusal}: ScraperSettings): Scraper => {
  const {job, url, timeoutMs} = target;
  const client = createHttpClient({...job.http, url, timeoutMs});
  const memory = createPageMemory({
    honorTimestamps: job.honorTimestamps,
    exemplars,
    toLabels: (series) => seriesLabels(series, target),
  });
  const order = createTimeOrder(job.trackTimestampsStaleness);
  const ownLayout = reportLayout(target);
  const reports = createLiveSeries(true);
  const headers = {
    accept: acceptHeader(job),
    'accept-encoding': job.compression ? 'gzip' : 'identity',
    'user-agent': `speedtest-bridge/${version}`,
    'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
  };

  /** The target's page, or a sentence that says why there is none. */
  const readPage = async (signal: AbortSignal): Promise<PageContents | string> => {
    const page = {maxBytes: job.limits.bodyBytes};
    const answer = await client.send({method: 'GET', headers, page}, signal);
    if (answer.kind === 'failed') return answer.cause;
    if (answer.status !== 200 || answer.page === undefined) return describeResponse(answer);
    // As in Prometheus, a page without anything is read in either format, and of no Content-Type.
    if (answer.page.length === 0) return memory.read(answer.page, 'text');
    const found = formatByContentType(answer.headers['content-type'], job.fallbackProtocol);
    return typeof found === 'string' ? found : memory.read(answer.page, found.format);
  };

  const readOrFail = async (signal: AbortSignal): Promise<PageContents | Failure> => {
    try {
      const contents = refusal ?? (await readPage(signal));
      return typeof contents === 'string' ? {cause: contents} : contents;
    } catch (error) {
      if (error instanceof PageError) return {cause: error.message};
      return {cause: `an error of this program, ${String(error).replace(/\s+/g, ' ')}`, error};
    }
  };

  return {
    scrape: async (timeMs, signal) => {
      const startMs = performance.now();
      const contents = await readOrFail(signal);
      signal.throwIfAborted();
      const durationMs = performance.now() - startMs;
      const tell = (report: ScrapeReport): Block => {
        const block = reportBlock(ownLayout, timeMs, report);
        reports.replace(block, []);
        return block;
      };
      const scrapeOf = (report: ScrapeReport, page?: Block, vanished: readonly number[] = []): Scrape => ({
        ...order.scrape(timeMs, page, vanished, tell(report)),
        report,
      });
      const fail = (failure: Failure, report: ScrapeReport): Scrape => ({
        ...scrapeOf(report),
        ...failure,
      });
      if ('cause' in contents) return fail(contents, {...failed, durationMs});
      const {scraped, relabelled, added, vanished, ...samples} = contents;
      const report = {isUp: true, durationMs, scraped, relabelled, added};
      if (samples.layout.size > job.limits.samples) {
        const cause = `the page has ${samples.layout.size} samples, and sample_limit is ${job.limits.samples}`;
        return fail({cause}, {...report, isUp: false});
      }
      return scrapeOf(report, {timeMs, ...samples}, vanished);
    },
    end: (nowMs) => order.end(nowMs, reports.end),
    close: client.close,
  };
};
