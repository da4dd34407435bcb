import {z} from 'zod';
import type {Journal} from '../../journal/journal.ts';
import {type Endpoint, jsonEndpoint, ok, refusal} from './endpoint.ts';
import {latestMs, range, wholeNumber} from './parameters.ts';
import type {ResultPage} from './shapes.ts';
import {storedResult} from './stored-result.ts';

const mostOnPage = 500;

const query = z.strictObject({
  ...range,
  status: z.enum(['completed', 'failed', 'skipped']).exactOptional(),
  limit: wholeNumber(1, mostOnPage, `most results on the page: 50, or 1 to ${mostOnPage}`).exactOptional(),
  before: wholeNumber(1, Number.MAX_SAFE_INTEGER, 'the last result of the page before').exactOptional(),
});

/** A page of results, newest first. */
export const resultsEndpoint = (journal: Pick<Journal, 'page'>): Endpoint =>
  jsonEndpoint(
    '/api/v1/results',
    {
      summary: 'results, newest first, a page at a time',
      query,
      answers: {
        200: {schema: 'ResultPage', about: 'a page of results'},
        400: {schema: 'Problem', about: 'a parameter is wrong'},
      },
    },
    ({from = 0, to = latestMs, limit = 50, before, ...only}) => {
      if (from >= to) return refusal(400, 'from: is not before to');
      const rows = journal.page({
        ...only,
        fromMs: from,
        toMs: to,
        ...(before !== undefined && {beforeId: before}),
        limit: limit + 1,
      });
      const results = rows.slice(0, limit).map(storedResult);
      const last = results.at(-1);
      const page: ResultPage = {results, ...(rows.length > limit && last && {next: last.id})};
      return ok(page);
    },
  );
