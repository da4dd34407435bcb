import {z} from 'zod';
import type {Step} from '../../journal/history.ts';
import type {Journal} from '../../journal/journal.ts';
import {type Endpoint, jsonEndpoint, ok, refusal} from './endpoint.ts';
import {range, wholeNumber} from './parameters.ts';
import type {JobSeries, SeriesDocument, SeriesName, SeriesValues} from './shapes.ts';
import {cutSpan, spanOrDay} from './time-span.ts';

const mostPoints = 2000;

const query = z.strictObject({
  ...range,
  points: wholeNumber(2, mostPoints, `most steps: 500, or 2 to ${mostPoints}`).exactOptional(),
});

const valuesOf = (steps: readonly Step[], name: SeriesName): SeriesValues => ({
  mean: steps.map(({values}) => values[name]?.mean ?? null),
  low: steps.map(({values}) => values[name]?.low ?? null),
  high: steps.map(({values}) => values[name]?.high ?? null),
});

const seriesOf = (job: string, steps: readonly Step[]): JobSeries => ({
  job,
  startsAtMs: steps.map(({startMs}) => startMs),
  values: {
    downloadBytesPerSecond: valuesOf(steps, 'downloadBytesPerSecond'),
    uploadBytesPerSecond: valuesOf(steps, 'uploadBytesPerSecond'),
    pingMs: valuesOf(steps, 'pingMs'),
    jitterMs: valuesOf(steps, 'jitterMs'),
    downloadLatencyMs: valuesOf(steps, 'downloadLatencyMs'),
    uploadLatencyMs: valuesOf(steps, 'uploadLatencyMs'),
    packetLossPercent: valuesOf(steps, 'packetLossPercent'),
  },
  completed: steps.map(({completed}) => completed),
  failed: steps.map(({failed}) => failed),
  skipped: steps.map(({skipped}) => skipped),
});

/** What can be drawn over time, thinned. */
export const seriesEndpoint = (journal: Pick<Journal, 'steps'>): Endpoint =>
  jsonEndpoint(
    '/api/v1/series',
    {
      summary: 'values over time, summed up in steps; the last day where no range is given',
      query,
      answers: {
        200: {schema: 'SeriesDocument', about: 'each job that has results in the range'},
        400: {schema: 'Problem', about: 'a parameter is wrong'},
      },
    },
    ({job, from, to, points = 500}) => {
      const {fromMs, toMs} = spanOrDay(from, to, Date.now());
      if (fromMs >= toMs) return refusal(400, 'from: is not before to');
      const span = cutSpan(fromMs, toMs, points);
      const steps = journal.steps({...span, ...(job !== undefined && {job})});
      const names = [...new Set(steps.map((step) => step.job))];
      const document: SeriesDocument = {
        fromMs: span.fromMs,
        toMs,
        stepMs: span.stepMs,
        jobs: names.map((name) =>
          seriesOf(
            name,
            steps.filter((step) => step.job === name),
          ),
        ),
      };
      return ok(document);
    },
  );
