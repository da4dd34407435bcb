import type {HttpAnswer, HttpResponse} from './http/message.ts';
import {withoutSecrets} from './http/redirect.ts';
import {describeResponse, oneLine} from './http/response.ts';
import type {Outcome} from './sink.ts';

const longestWaitMs = 60 * 60_000;

const describeRedirect = ({status, location = ''}: HttpResponse): string => {
  const target = oneLine(withoutSecrets(location));
  // A client turns the others' requests into a GET without a body.
  const why =
    status === 307 || status === 308 ? 'redirects are not followed' : 'following it would drop the results';
  return `HTTP ${status} redirects to "${target}", and ${why}: correct the url`;
};

const httpDate =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * The wait that a Retry-After header asks for, from 0 ms to an hour; undefined where there is none to be understood.
 * Takes seconds and dates: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after, but not the two forms of a date
 * that are obsolete.
 */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Math.min(Number(header) * 1000, longestWaitMs);
  const untilMs = httpDate.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(untilMs) ? undefined : Math.min(Math.max(untilMs - nowMs, 0), longestWaitMs);
};

/**
 * What an answer means for the results that were sent. Decided by the status alone: what the body says is for people.
 *
 * Remote write 1.0, https://prometheus.io/docs/specs/prw/remote_write_spec/#retries--backoff: 2xx is success; 5xx MUST be
 * retried, 429 MAY be; no other 4xx may be. A Pushgateway (https://github.com/prometheus/pushgateway#put-method) means
 * the same by its 200, 202 and 400.
 *
 * Retried as well is whatever says nothing about the results: no answer, a proxy's 407, and an answer of another class,
 * such as a redirect by a wrong address.
 * @param retryOn429 whether 429 is retried.
 */
export const outcomeOf = (answer: HttpAnswer, nowMs: number, retryOn429 = true): Outcome => {
  if (answer.kind === 'failed') return {kind: 'retry', cause: answer.cause};
  const {status, headers} = answer;
  const statusClass = Math.trunc(status / 100);
  if (statusClass === 2) return {kind: 'accepted'};
  if (statusClass === 3) return {kind: 'retry', cause: describeRedirect(answer)};
  const cause = describeResponse(answer);
  const isVerdict = statusClass === 4 && status !== 407 && !(status === 429 && retryOn429);
  if (isVerdict) return {kind: 'rejected', cause, status};
  const afterMs = retryAfterMs(headers['retry-after'], nowMs);
  return afterMs === undefined ? {kind: 'retry', cause} : {kind: 'retry', cause, afterMs};
};

/** The outcome of an attempt that was made in several requests: the worst one's, which is one to be tried again. */
export const combined = (outcomes: readonly Outcome[]): Outcome => {
  const retries = outcomes.filter((outcome) => outcome.kind === 'retry');
  const [retry] = retries.toSorted((a, b) => (b.afterMs ?? 0) - (a.afterMs ?? 0));
  if (retry !== undefined) return retry;
  const rejected = outcomes.find(({kind}) => kind === 'rejected');
  if (rejected !== undefined) return rejected;
  const unwritten = outcomes.reduce(
    (sum, outcome) => sum + (outcome.kind === 'accepted' ? (outcome.unwritten ?? 0) : 0),
    0,
  );
  return unwritten > 0 ? {kind: 'accepted', unwritten} : {kind: 'accepted'};
};
