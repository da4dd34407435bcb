import {type Endpoint, jsonEndpoint, ok} from './endpoint.ts';
import {none} from './parameters.ts';
import type {JobList} from './shapes.ts';

/** The jobs, with what they found last and when they run next. */
export const jobsEndpoint = (jobs: () => JobList): Endpoint =>
  jsonEndpoint(
    '/api/v1/jobs',
    {
      summary: 'the jobs: newest results, next runs, and whether one is running',
      query: none,
      answers: {
        200: {schema: 'JobList', about: 'the jobs of the configuration'},
        400: {schema: 'Problem', about: 'a parameter was given'},
      },
    },
    () => ok(jobs()),
  );
