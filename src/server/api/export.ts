import {Readable} from 'node:stream';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {z} from 'zod';
import {type DatedSample, openMetricsContentType} from '../../exposition/openmetrics.ts';
import {streamOpenMetrics} from '../../exposition/openmetrics-stream.ts';
import type {TimeRange} from '../../journal/history.ts';
import type {Journal} from '../../journal/journal.ts';
import type {JournalRow} from '../../journal/row.ts';
import {walk} from '../../journal/walk.ts';
import {csvHeader, csvLine} from './csv.ts';
import {type Endpoint, endpoint, readQuery, refusal, sendJson, setHeaders} from './endpoint.ts';
import {latestMs, range} from './parameters.ts';
import {storedResult} from './stored-result.ts';
import {streamOn} from './stream.ts';

type Exported = Pick<Journal, 'following'>;

// Some milliseconds' work: others have their turn in between.
const rowsAtOnce = 100;

// Each takes memory, and a temporary file while it is written in OpenMetrics.
const mostAtOnce = 2;
// For as long as it may take to read all results once: most of those in OpenMetrics may be sent only then.
const silenceMs = 300_000;

const formats = ['csv', 'json', 'openmetrics'] as const;
type Format = (typeof formats)[number];

const query = z.strictObject({
  ...range,
  format: z.enum(formats).exactOptional().meta({description: 'csv where it is not given'}),
});

/** All rows of a range, oldest first, some at a time. */
async function* rowsIn(journal: Exported, asked: TimeRange): AsyncGenerator<readonly JournalRow[]> {
  for (const rows of walk(journal, asked, rowsAtOnce)) {
    yield rows;
    await nextTurn();
  }
}

async function* samplesIn(
  batches: AsyncIterable<readonly JournalRow[]>,
  samplesOf: (row: JournalRow) => readonly DatedSample[],
): AsyncGenerator<readonly DatedSample[]> {
  for await (const rows of batches) yield rows.flatMap(samplesOf);
}

async function* csvOf(batches: AsyncIterable<readonly JournalRow[]>): AsyncGenerator<string> {
  yield csvHeader;
  for await (const rows of batches) yield rows.map(csvLine).join('');
}

async function* jsonOf(batches: AsyncIterable<readonly JournalRow[]>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const rows of batches) {
    yield before + rows.map((row) => JSON.stringify(storedResult(row))).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

const files: Readonly<Record<Format, {readonly contentType: string; readonly extension: string}>> = {
  csv: {contentType: 'text/csv; charset=utf-8; header=present', extension: 'csv'},
  json: {contentType: 'application/json; charset=utf-8', extension: 'json'},
  openmetrics: {contentType: openMetricsContentType, extension: 'om'},
};

/**
 * All results of a range as a file, which is written as it is read: memory stays bounded however many there are.
 * @param samplesOf a result's samples as they are sent, at their time.
 */
export const exportEndpoint = (
  journal: Exported,
  samplesOf: (row: JournalRow) => readonly DatedSample[],
): Endpoint => {
  const textOf = (format: Format, asked: TimeRange): AsyncIterable<string> => {
    switch (format) {
      case 'csv':
        return csvOf(rowsIn(journal, asked));
      case 'json':
        return jsonOf(rowsIn(journal, asked));
      case 'openmetrics':
        return streamOpenMetrics(samplesIn(rowsIn(journal, asked), samplesOf));
      default:
        return format satisfies never;
    }
  };
  let underWay = 0;
  return endpoint(
    '/api/v1/results/export',
    {
      method: 'get',
      summary: 'all results of a range as a file, oldest first',
      query,
      answers: {
        200: {
          mediaTypes: Object.values(files).map(({contentType}) => contentType.split(';', 1).join()),
          about: 'the file',
        },
        400: {schema: 'Problem', about: 'a parameter is wrong'},
        503: {schema: 'Problem', about: 'other exports are being written'},
      },
    },
    (reply, request) => {
      const read = readQuery(query, request.url);
      if (!read.ok) return sendJson(reply, refusal(400, read.problem));
      const {format = 'csv', from = 0, to, job} = read.value;
      // What ends meanwhile would be in some of the file's parts only.
      const toMs = Math.min(to ?? latestMs, Date.now() + 1);
      if (from >= toMs) return sendJson(reply, refusal(400, 'from: is not before to, or in the future'));
      if (underWay >= mostAtOnce) return sendJson(reply, refusal(503, 'other exports are being written'));
      const {contentType, extension} = files[format];
      setHeaders(reply, contentType);
      void reply.header('content-disposition', `attachment; filename="speedtest-results.${extension}"`);
      const asked = {fromMs: from, toMs, ...(job !== undefined && {job})};
      underWay += 1;
      const file = Readable.from(textOf(format, asked), {objectMode: false}).once('close', () => {
        underWay -= 1;
      });
      return streamOn(reply, file, silenceMs);
    },
    ['GET'],
  );
};
