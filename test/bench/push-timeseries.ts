import {createRequire} from 'node:module';
import {map, recordedRows, sentLabels} from './recorded.ts';

interface Timeseries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly {readonly value: number; readonly timestamp: number}[];
}

// The package's own types want a browser's fetch.
const {
  pushTimeseries,
}: {
  pushTimeseries(
    timeseries: readonly Timeseries[],
    options: {readonly url: string; readonly fetch: typeof fetch},
  ): Promise<{readonly status: number}>;
} = createRequire(import.meta.url)('prometheus-remote-write');

/** Sends recorded results as prometheus-remote-write is meant to be used: by one call for each. */
export const pushEach = async (url: string, results: number): Promise<void> => {
  for (const row of recordedRows(results)) {
    const timestamp = row.result.endedAtMs;
    const timeseries = map(row).map(({name, labels, value}) => ({
      labels: Object.fromEntries(sentLabels(name, labels) ?? []),
      samples: [{value, timestamp}],
    }));
    const {status} = await pushTimeseries(timeseries, {url, fetch});
    if (status !== 204) throw new Error(`the receiver answered ${status}`);
  }
};
