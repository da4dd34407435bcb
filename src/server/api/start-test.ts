import type {IncomingHttpHeaders} from 'node:http';
import {z} from 'zod';
import {type Endpoint, endpoint, type JsonAnswer, readBy, refusal, sendJson} from './endpoint.ts';
import type {StartedTest} from './shapes.ts';

/** What became of a wish to test. */
export type StartOutcome =
  | {readonly kind: 'started'}
  | {readonly kind: 'off'}
  | {readonly kind: 'unknown'}
  | {readonly kind: 'starting'}
  | {readonly kind: 'busy'; readonly running: string};

const body = z.strictObject({job: z.string().meta({description: 'name of the job to test for'})});

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;

/**
 * Why a request may come from another site's page; undefined where it can't. A page can't set these headers itself, nor
 * send this type without being asked first, which is not answered. Behind a proxy that changes the Host, the Origin tells
 * nothing where the browser says itself what the page is to it.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
const crossSite = (headers: IncomingHttpHeaders): JsonAnswer | undefined => {
  const {'content-type': type = '', 'sec-fetch-site': site, origin, host} = headers;
  if (!/^application\/json\s*(;|$)/i.test(type))
    return refusal(415, 'a request body has to be application/json');
  const isSame =
    site === undefined ? origin === undefined || hostOf(origin) === host : site === 'same-origin';
  return isSame ? undefined : refusal(403, 'tests are not started from the pages of other sites');
};

const answerTo = (job: string, outcome: StartOutcome): JsonAnswer => {
  switch (outcome.kind) {
    case 'started': {
      const started: StartedTest = {job};
      return {status: 202, body: started};
    }
    case 'off':
      return refusal(403, 'tests are not started from here (web.start_tests)');
    case 'unknown':
      return refusal(404, `no job is called ${JSON.stringify(job)}`);
    case 'starting':
      return refusal(503, 'the bridge is starting');
    case 'busy':
      return refusal(409, `a test of job ${outcome.running} is running`);
    default:
      return outcome satisfies never;
  }
};

/** Starts a test now, where the configuration allows it. */
export const startTestEndpoint = (start: (job: string) => StartOutcome): Endpoint =>
  endpoint(
    '/api/v1/tests',
    {
      method: 'post',
      summary: 'start a test now, where web.start_tests allows it',
      body,
      answers: {
        202: {
          schema: 'StartedTest',
          about: 'the test begins; its progress and its result are told by /api/v1/progress',
        },
        400: {schema: 'Problem', about: 'the body is wrong'},
        403: {schema: 'Problem', about: 'tests are not started from here'},
        404: {schema: 'Problem', about: 'no job has this name'},
        409: {schema: 'Problem', about: 'a test is running'},
        413: {schema: 'Problem', about: 'the body is too large'},
        503: {schema: 'Problem', about: 'the bridge is still starting'},
        415: {schema: 'Problem', about: 'the body is not application/json'},
      },
    },
    (reply, request) => {
      const cross = crossSite(request.headers);
      if (cross !== undefined) return sendJson(reply, cross);
      const read = readBy(body, request.body);
      if (!read.ok) return sendJson(reply, refusal(400, read.problem));
      return sendJson(reply, answerTo(read.value.job, start(read.value.job)));
    },
  );
