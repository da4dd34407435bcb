import {STATUS_CODES} from 'node:http';
import {Agent, request} from 'undici';
import {z} from 'zod';
import {describeFailure} from '../delivery/http/network-failure.ts';
import {oneLine} from '../delivery/http/response.ts';
import {retryAfterMs} from '../delivery/outcome.ts';
import {sleep} from '../sleep.ts';
import type {Batch, Imported, Reading, Source} from './source.ts';
import {SourceError} from './source-error.ts';
import {readTracker} from './tracker.ts';

/** How to reach the REST API of a Speedtest Tracker. */
export interface TrackerAccess {
  /** Where its page is: `https://speed.example`, below which the API is at `/api/v1`. */
  readonly url: URL;
  /** A token of its own making that may `results:read`. */
  readonly token: string;
  /** Waits so many milliseconds, or until the signal aborts. */
  readonly wait?: typeof sleep;
}

type Answer =
  | {readonly kind: 'answered'; readonly json: unknown}
  | {readonly kind: 'retry'; readonly cause: string; readonly afterMs?: number}
  | {readonly kind: 'refused'; readonly cause: string};

const silenceMs = 30_000;
/** 500 results are 1 MB. */
const longestBytes = 64 * 2 ** 20;
const waitsMs = [1000, 2000, 4000] as const;
/** Its limits count by the minute. */
const limitMs = 60_000;
const mostLimits = 10;

const words = z.object({message: z.string()});

const saidIn = (body: string): string => {
  try {
    return oneLine(words.parse(JSON.parse(body)).message);
  } catch {
    return '';
  }
};

const jsonIn = (body: string): Answer => {
  try {
    return {kind: 'answered', json: JSON.parse(body)};
  } catch {
    return {kind: 'retry', cause: `its answer is no JSON: ${oneLine(body.slice(0, 80))}`};
  }
};

/** What an answer of the tracker means, which is a Laravel application with the throttle of one. */
const answerOf = (
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): Answer => {
  if (status === 200) return jsonIn(body);
  const said = saidIn(body);
  const cause = `HTTP ${status} ${STATUS_CODES[status] ?? ''}${said === '' ? '' : `: ${said}`}`.trimEnd();
  if (status === 429) {
    const afterMs = retryAfterMs([headers['retry-after']].flat()[0], Date.now()) ?? limitMs;
    return {kind: 'retry', cause, afterMs};
  }
  if (status >= 500 || status === 408) return {kind: 'retry', cause};
  if (status === 401 || status === 403)
    return {kind: 'refused', cause: `${cause}: is the token one of its own, with the ability results:read?`};
  const location = [headers['location']].flat()[0];
  return {kind: 'refused', cause: location === undefined ? cause : `${cause} to ${oneLine(location)}`};
};

/** Asks for a path of the API, again where it is worth it. */
const ask = async (
  {url, token, wait = sleep}: TrackerAccess,
  path: string,
  dispatcher: Agent,
  signal: AbortSignal,
): Promise<unknown> => {
  // Not relative to it: a path that begins with two slashes would name another host.
  const target = new URL(`${url.origin}${url.pathname.replace(/\/+$/, '')}/api/v1/${path}`);
  const askOnce = async (): Promise<Answer> => {
    try {
      const {statusCode, headers, body} = await request(target, {
        dispatcher,
        signal,
        headers: {accept: 'application/json', authorization: `Bearer ${token}`},
      });
      return answerOf(statusCode, headers, await body.text());
    } catch (error) {
      signal.throwIfAborted();
      return {kind: 'retry', cause: describeFailure(error, target)};
    }
  };
  const what = `Speedtest Tracker at ${url.origin}`;
  let failures = 0;
  let limits = 0;
  for (;;) {
    const answer = await askOnce();
    if (answer.kind === 'answered') return answer.json;
    if (answer.kind === 'refused') throw new SourceError('unusable', `${what}: ${answer.cause}`);
    const isLimit = answer.afterMs !== undefined;
    const waitMs = answer.afterMs ?? waitsMs[failures];
    if (waitMs === undefined || limits >= mostLimits)
      throw new SourceError('interrupted', `${what}: ${answer.cause}`);
    if (isLimit) limits += 1;
    else failures += 1;
    await wait(waitMs, signal);
    signal.throwIfAborted();
  }
};

const withAgent = (): Agent =>
  new Agent({headersTimeout: silenceMs, bodyTimeout: silenceMs, maxResponseSize: longestBytes});

const shapeOf = <T>(schema: z.ZodType<T>, json: unknown, url: URL): T => {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new SourceError('unusable', `${url.origin} does not answer as Speedtest Tracker's API does`);
};

const one = z.object({data: z.unknown()});

/**
 * Fetches one result by its number: `GET /api/v1/results/{id}`. Throws a `SourceError`, or the reason of an aborted
 * signal.
 */
export const fetchTrackerResult = async (
  access: TrackerAccess,
  id: number,
  reading: Reading,
  signal: AbortSignal,
): Promise<Imported> => {
  const agent = withAgent();
  try {
    const json = await ask(access, `results/${id}`, agent, signal);
    return readTracker(shapeOf(one, json, access.url).data, reading);
  } finally {
    await agent.destroy();
  }
};

const page = z.object({data: z.array(z.unknown()), meta: z.object({last_page: z.number().int()})});
const numbered = z.object({id: z.number()});

const idOf = (item: unknown): number | undefined => numbered.safeParse(item).data?.id;

/** The most that the tracker gives at a time. */
const pageSize = 500;
/** It answers 60 requests a minute. */
const pageEveryMs = 1000;

/** `per_page` is the most that `page[size]` may be: Spatie's `jsonPaginate` as the tracker calls it. */
const pathOf = (number: number): string =>
  `results?per_page=${pageSize}&page[size]=${pageSize}&page[number]=${number}&sort=created_at`;

/** All results of a tracker, oldest first: `GET /api/v1/results`, page by page. */
export const trackerApi = (access: TrackerAccess, reading: Reading): Source => ({
  rowsName: 'results',
  async *batches(signal): AsyncGenerator<Batch> {
    const {wait = sleep} = access;
    const agent = withAgent();
    try {
      for (let number = 1, last = 1; number <= last; number += 1) {
        if (number > 1) await wait(pageEveryMs, signal);
        signal.throwIfAborted();
        const {data, meta} = shapeOf(page, await ask(access, pathOf(number), agent, signal), access.url);
        // A tracker that empties itself meanwhile has fewer pages than it said.
        last = data.length > 0 ? meta.last_page : number;
        // By number, for the hour that comes twice is sorted by its times only.
        const items = data
          .map((item) => ({item, id: idOf(item)}))
          .toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0));
        yield {
          rows: items.map(({item, id}) => ({
            place: id === undefined ? `a result of page ${number}` : `result ${id}`,
            imported: readTracker(item, reading),
          })),
          fraction: number / Math.max(last, 1),
        };
      }
    } finally {
      await agent.destroy();
    }
  },
});
