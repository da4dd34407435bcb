import type {IncomingHttpHeaders} from 'node:http';
import {z} from 'zod';
import {isCrossSite} from '../cross-site.ts';
import {type Endpoint, endpoint, type JsonAnswer, readBy, readQuery, refusal, sendJson} from './endpoint.ts';
import {none} from './parameters.ts';
import type {StartedTest} from './shapes.ts';

/** What became of a wish to test. */
export type StartOutcome =
  | {readonly kind: 'started'}
  | {readonly kind: 'off'}
  | {readonly kind: 'unknown'}
  | {readonly kind: 'starting'}
  | {readonly kind: 'busy'; readonly running: string};

const body = z.strictObject({job: z.string().meta({description: 'name of the job to test for'})});

/** Why a request is not to be believed; undefined where it is. A page can't send this type elsewhere unasked. */
const crossSite = (headers: IncomingHttpHeaders): JsonAnswer | undefined => {
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
    return refusal(415, 'a request body has to be application/json');
  return isCrossSite(headers)
    ? refusal(403, 'tests are not started from the pages of other sites')
    : undefined;
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
      query: none,
      body,
      answers: {
        202: {
          schema: 'StartedTest',
          about: 'the test begins; its progress and its result are told by /api/v1/progress',
        },
        400: {schema: 'Problem', about: 'the body is wrong, or a parameter was given'},
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
      const query = readQuery(none, request.url);
      if (!query.ok) return sendJson(reply, refusal(400, query.problem));
      const read = readBy(body, request.body);
      if (!read.ok) return sendJson(reply, refusal(400, read.problem));
      return sendJson(reply, answerTo(read.value.job, start(read.value.job)));
    },
  );
