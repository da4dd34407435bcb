import {createHttpClient} from '../delivery/http/client.ts';
import {describeResponse} from '../delivery/http/response.ts';
import type {HttpSettings} from '../delivery/http/settings.ts';
import type {AgeLimit, Ask} from './age-limit.ts';
import {mimirAgeLimit} from './mimir.ts';
import {prometheusAgeLimit} from './prometheus.ts';
import {victoriaMetricsAgeLimit} from './victoria-metrics.ts';

/** What the address of remote write ends with, and whose it is. */
const endings = ['/api/v1/write', '/api/v1/push', '/api/prom/push', '/api/v1/receive'] as const;

/** Longest wait for each answer: nobody should wait long for what is good to know only. */
const timeoutMs = 5000;

/** Asks in the way of the product whose remote write has such a path. */
const askProduct = async (
  ask: Ask,
  {url: {pathname}, headers}: HttpSettings,
  nowMs: number,
): Promise<AgeLimit> => {
  const ending = endings.find((each) => pathname.endsWith(each));
  if (ending === undefined) return {kind: 'unknown', why: `${pathname} is the path of no product known here`};
  const base = pathname.slice(0, -ending.length);
  switch (ending) {
    case '/api/v1/write': {
      const prometheus = await prometheusAgeLimit(ask, base, nowMs);
      return prometheus.kind === 'known'
        ? prometheus
        : ((await victoriaMetricsAgeLimit(ask, base, nowMs)) ?? prometheus);
    }
    case '/api/v1/push':
    case '/api/prom/push':
      return mimirAgeLimit(ask, base, headers, nowMs);
    case '/api/v1/receive':
      return {
        kind: 'unknown',
        product: 'thanos',
        why: 'Thanos does not tell it at the address of remote write',
      };
    default:
      return ending satisfies never;
  }
};

/**
 * Asks the receiver of remote write at an address how old a sample it takes. By the address alone it is told which product
 * may be there; each has its own way to say it. Never rejects: where `signal` aborts, it stays unknown.
 * @param nowMs the time in Unix milliseconds.
 */
export const askAgeLimit = async (
  http: HttpSettings,
  version: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<AgeLimit> => {
  const client = createHttpClient({...http, timeoutMs: Math.min(http.timeoutMs, timeoutMs)});
  const headers = {'user-agent': `speedtest-bridge/${version}`};
  const ask: Ask = async (path) => {
    try {
      // Not relative to it: a path that begins with two slashes would name another host.
      const url = new URL(http.url.origin + path);
      const answer = await client.send({method: 'GET', url, headers}, signal);
      if (answer.kind === 'failed') return {ok: false, why: answer.cause};
      return answer.status === 200
        ? {ok: true, body: answer.body}
        : {ok: false, why: `${path}: ${describeResponse(answer)}`};
    } catch (error) {
      if (!signal.aborted) throw error;
      return {ok: false, why: 'interrupted'};
    }
  };
  try {
    return await askProduct(ask, http, nowMs);
  } finally {
    await client.close();
  }
};
