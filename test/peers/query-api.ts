import {z} from 'zod';

/** One series of an answer. Values are in Prometheus's own notation, so that no precision is lost on the way. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timestampMs: number, value: string])[];
}

/** Prometheus's HTTP API for queries, which others have as well. */
export interface QueryApi {
  /** Evaluates an instant query, now or at `timeMs`: one sample for each series, or all for a range selector. */
  query(expression: string, timeMs?: number): Promise<Series[]>;
  queryRange(expression: string, startMs: number, endMs: number, stepMs: number): Promise<Series[]>;
  /** The label sets of the series that have samples within the time range. */
  series(selector: string, startMs: number, endMs: number): Promise<Series['labels'][]>;
}

/** The API of the server at a URL, which is without a slash at its end. */
export const queryApi = (url: string): QueryApi => ({
  async query(expression, timeMs = Date.now()) {
    return seriesOf(await post(`${url}/api/v1/query`, {query: expression, time: seconds(timeMs)}));
  },
  async queryRange(expression, startMs, endMs, stepMs) {
    const range = {start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs)};
    return seriesOf(await post(`${url}/api/v1/query_range`, {query: expression, ...range}));
  },
  async series(selector, startMs, endMs) {
    const form = {'match[]': selector, start: seconds(startMs), end: seconds(endMs)};
    return labelSetsAnswer.parse(await post(`${url}/api/v1/series`, form)).data;
  },
});

/** Posts a form and returns the parsed body, undefined when it is empty. Throws for any status but 2xx. */
async function post(url: string, parameters: Record<string, string>): Promise<unknown> {
  const form = new URLSearchParams(parameters);
  const response = await fetch(url, {method: 'POST', body: form});
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} to ${url}?${form}: ${body}`);
  return body === '' ? undefined : JSON.parse(body);
}

// Prometheus gives times in seconds with at most three decimals.
const sample = z
  .tuple([z.number(), z.string()])
  .transform(([timeSeconds, value]) => [Math.round(timeSeconds * 1_000), value] as const);
const labelSet = z.record(z.string(), z.string());

const labelSetsAnswer = z.object({data: z.array(labelSet)});

/** The HTTP API's "Expression query result formats" vector and matrix. */
const queryAnswer = z.object({
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('vector'),
      result: z.array(z.object({metric: labelSet, value: sample})),
    }),
    z.object({
      resultType: z.literal('matrix'),
      result: z.array(z.object({metric: labelSet, values: z.array(sample)})),
    }),
  ]),
});

function seriesOf(answer: unknown): Series[] {
  const {data} = queryAnswer.parse(answer);
  return data.resultType === 'vector'
    ? data.result.map(({metric, value}) => ({labels: metric, samples: [value]}))
    : data.result.map(({metric, values}) => ({labels: metric, samples: values}));
}

function seconds(timeMs: number): string {
  return (timeMs / 1_000).toFixed(3);
}
