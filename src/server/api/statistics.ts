import {z} from 'zod';
import type {Journal} from '../../journal/journal.ts';
import {type Endpoint, jsonEndpoint, ok, refusal} from './endpoint.ts';
import {range} from './parameters.ts';
import type {StatisticsDocument} from './shapes.ts';
import {spanOrDay, wholeSpan} from './time-span.ts';

/** Counts and values of a range, summed up for each job. */
export const statisticsEndpoint = (journal: Pick<Journal, 'steps'>): Endpoint =>
  jsonEndpoint(
    '/api/v1/statistics',
    {
      summary: 'counts, means, lowest and highest values; of the last day where no range is given',
      query: z.strictObject(range),
      answers: {
        200: {schema: 'StatisticsDocument', about: 'each job that has results in the range'},
        400: {schema: 'Problem', about: 'a parameter is wrong'},
      },
    },
    ({job, from, to}) => {
      const {fromMs, toMs} = spanOrDay(from, to, Date.now());
      if (fromMs >= toMs) return refusal(400, 'from: is not before to');
      const span = wholeSpan(fromMs, toMs);
      const steps = journal.steps({...span, ...(job !== undefined && {job})});
      const document: StatisticsDocument = {
        fromMs: span.fromMs,
        toMs,
        jobs: steps.map(({startMs: _, ...summed}) => summed),
      };
      return ok(document);
    },
  );
