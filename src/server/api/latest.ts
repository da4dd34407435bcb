import {z} from 'zod';
import type {Journal} from '../../journal/journal.ts';
import {newestFirst} from '../../journal/pages.ts';
import type {JournalRow} from '../../journal/row.ts';
import {type Endpoint, jsonEndpoint, ok, refusal} from './endpoint.ts';
import {latestMs} from './parameters.ts';
import {oldTrackerAnswer, trackerAnswer} from './tracker.ts';

// Widgets add what they like.
const anything = z.looseObject({});
const noResult = refusal(404, 'there is no result yet');

/** The newest result, as Speedtest Tracker gives it, so that widgets made for that work here. */
export const latestEndpoint = (journal: Pick<Journal, 'newest'>): Endpoint =>
  jsonEndpoint(
    '/api/v1/results/latest',
    {
      summary: "the newest result, in Speedtest Tracker's shape",
      query: anything,
      answers: {
        200: {schema: 'TrackerAnswer', about: 'rates in bytes per second'},
        404: {schema: 'Problem', about: 'there is none yet'},
      },
    },
    () => {
      const row = journal.newest();
      return row === undefined ? noResult : ok(trackerAnswer(row));
    },
  );

/** The newest result that is no skipped one, as Speedtest Tracker gave it before its API had versions. */
export const oldLatestEndpoint = (journal: Pick<Journal, 'page'>): Endpoint =>
  jsonEndpoint(
    '/api/speedtest/latest',
    {
      summary: "the newest result, in Speedtest Tracker's older shape",
      query: anything,
      answers: {
        200: {schema: 'OldTrackerAnswer', about: 'rates in Mbit/s'},
        404: {schema: 'Problem', about: 'there is none yet'},
      },
    },
    () => {
      const newestOf = (status: 'completed' | 'failed'): readonly JournalRow[] =>
        journal.page({status, fromMs: 0, toMs: latestMs, limit: 1});
      const [row] = [...newestOf('completed'), ...newestOf('failed')].sort(newestFirst);
      return row === undefined ? noResult : ok(oldTrackerAnswer(row));
    },
  );
