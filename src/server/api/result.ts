import {z} from 'zod';
import type {Journal} from '../../journal/journal.ts';
import {type Endpoint, jsonEndpoint, ok, readBy, refusal} from './endpoint.ts';
import {none, wholeNumber} from './parameters.ts';
import {storedResult} from './stored-result.ts';

const params = z.object({id: wholeNumber(1, Number.MAX_SAFE_INTEGER, 'number of a result')});

/** One result by its number. */
export const resultEndpoint = (journal: Pick<Journal, 'result'>): Endpoint =>
  jsonEndpoint(
    '/api/v1/results/:id',
    {
      summary: 'one result by its number',
      query: none,
      params,
      answers: {
        200: {schema: 'StoredResult', about: 'the result'},
        400: {schema: 'Problem', about: 'no such number is possible'},
        404: {schema: 'Problem', about: 'the result is not kept any more, or never was'},
      },
    },
    (_query, request) => {
      const given = readBy(params, request.params);
      if (!given.ok) return refusal(400, given.problem);
      const row = journal.result(given.value.id);
      return row === undefined ? refusal(404, `result ${given.value.id} is not kept`) : ok(storedResult(row));
    },
  );
