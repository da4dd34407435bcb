import {describe, expect, it} from 'vitest';
import {createClock} from '../../../src/import/clock.ts';
import type {SourceRow} from '../../../src/import/source.ts';
import {SourceError} from '../../../src/import/source-error.ts';
import {fetchTrackerResult, trackerApi} from '../../../src/import/tracker-api.ts';
import {failedTrackerRow, trackerRow} from '../../fixtures/tracker.ts';
import {startTrackerApi, type TrackerStandIn} from '../../fixtures/tracker-api.ts';

const reading = () => ({job: 'wan', clock: createClock('the API', 'Europe/Berlin')});

const never = new AbortController().signal;

/** A way to a stand-in on which no time passes; the waits are noted. */
const accessTo = ({url, token}: TrackerStandIn) => {
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
  };
  return {access: {url, token, wait}, waits};
};

const rowsOf = (count: number) =>
  Array.from({length: count}, (_, index) =>
    trackerRow({
      id: index + 1,
      created_at: new Date(Date.UTC(2026, 0, 1) + index * 3_600_000)
        .toISOString()
        .slice(0, 19)
        .replace('T', ' '),
    }),
  );

describe('all results', () => {
  const readAll = async (access: Parameters<typeof trackerApi>[0]): Promise<readonly SourceRow[]> => {
    const rows: SourceRow[] = [];
    for await (const batch of trackerApi(access, reading()).batches(never)) rows.push(...batch.rows);
    return rows;
  };

  it('come page by page, by its numbers, at most one page a second', async () => {
    const tracker = await startTrackerApi(rowsOf(1001).toSpliced(3, 1, failedTrackerRow({id: 4})));
    const {access, waits} = accessTo(tracker);
    const rows = await readAll(access);
    expect(rows.map(({place}) => place)).toEqual(
      Array.from({length: 1001}, (_, index) => `result ${index + 1}`),
    );
    expect(rows[3]?.imported).toMatchObject({kind: 'result', result: {status: 'failed'}});
    expect(tracker.requests.map(({path}) => path)).toEqual(
      [1, 2, 3].map(
        (page) => `/api/v1/results?per_page=500&page[size]=500&page[number]=${page}&sort=created_at`,
      ),
    );
    expect(waits).toEqual([1000, 1000]);
  });

  it('tell how far they are', async () => {
    const {access} = accessTo(await startTrackerApi(rowsOf(600)));
    const fractions: unknown[] = [];
    for await (const {fraction} of trackerApi(access, reading()).batches(never)) fractions.push(fraction);
    expect(fractions).toEqual([0.5, 1]);
  });

  it('may be none', async () => {
    const {access} = accessTo(await startTrackerApi([]));
    expect(await readAll(access)).toEqual([]);
  });

  it('are asked for again when the tracker says so, by its own time', async () => {
    const tracker = await startTrackerApi(rowsOf(3));
    tracker.faults.push(
      {kind: 'status', status: 429, headers: {'retry-after': '37'}},
      {kind: 'status', status: 429},
    );
    const {access, waits} = accessTo(tracker);
    expect(await readAll(access)).toHaveLength(3);
    expect(waits).toEqual([37_000, 60_000]);
  });

  it.each([
    ['a connection that is cut', {kind: 'cut'}],
    ['an error of the server', {kind: 'status', status: 502}],
    ['half a page', {kind: 'body', body: '{"data": [{'}],
  ] as const)('are asked for again after %s', async (_, fault) => {
    const tracker = await startTrackerApi(rowsOf(3));
    tracker.faults.push(fault, fault);
    const {access, waits} = accessTo(tracker);
    expect(await readAll(access)).toHaveLength(3);
    expect(waits).toEqual([1000, 2000]);
  });

  it('break off when it does not get better, and keep what came before', async () => {
    const tracker = await startTrackerApi(rowsOf(600));
    tracker.faults.push(undefined, ...Array.from({length: 4}, () => ({kind: 'cut'}) as const));
    const {access} = accessTo(tracker);
    let count = 0;
    const read = async (): Promise<void> => {
      for await (const {rows} of trackerApi(access, reading()).batches(never)) count += rows.length;
    };
    await expect(read()).rejects.toMatchObject({
      name: 'SourceError',
      kind: 'interrupted',
      message: `Speedtest Tracker at ${tracker.url.origin}: ${tracker.url.host} closed the connection before its answer was complete`,
    });
    expect(count).toBe(500);
  });

  it('are not given for a wrong token', async () => {
    const tracker = await startTrackerApi(rowsOf(3));
    const {access} = accessTo(tracker);
    await expect(readAll({...access, token: '2|wrong'})).rejects.toMatchObject({
      kind: 'unusable',
      message: `Speedtest Tracker at ${tracker.url.origin}: HTTP 401 Unauthorized: Unauthenticated.: is the token one of its own, with the ability results:read?`,
    });
    expect(tracker.requests).toHaveLength(1);
  });

  it.each([
    [{kind: 'body', body: '{"data": 3}'}, /does not answer as Speedtest Tracker's API does$/],
    [
      {kind: 'status', status: 301, headers: {location: 'https://speed.example/'}},
      /HTTP 301 Moved Permanently: Too Many Attempts\. to https:\/\/speed\.example\/$/,
    ],
    [{kind: 'status', status: 404}, /HTTP 404 Not Found/],
  ] as const)('are not to be had by %j', async (fault, message) => {
    const tracker = await startTrackerApi(rowsOf(3));
    tracker.faults.push(fault);
    await expect(readAll(accessTo(tracker).access)).rejects.toMatchObject({
      kind: 'unusable',
      message: expect.stringMatching(message),
    });
  });

  it('stop when they are told to', async () => {
    const {access} = accessTo(await startTrackerApi(rowsOf(3)));
    const aborted = AbortSignal.abort(new Error('told to stop'));
    const read = async (): Promise<void> => {
      for await (const _ of trackerApi(access, reading()).batches(aborted)) throw new Error('went on');
    };
    await expect(read()).rejects.toThrow('told to stop');
  });
});

describe('one result', () => {
  it('is fetched by its number, and has the key that it has among all', async () => {
    const tracker = await startTrackerApi(rowsOf(3));
    const {access} = accessTo(tracker);
    const one = await fetchTrackerResult(access, 2, reading(), never);
    const all: SourceRow[] = [];
    for await (const {rows} of trackerApi(access, reading()).batches(never)) all.push(...rows);
    expect(one).toEqual(all[1]?.imported);
    expect(tracker.requests[0]?.path).toBe('/api/v1/results/2');
  });

  it('may not be there', async () => {
    const {access} = accessTo(await startTrackerApi(rowsOf(3)));
    const missing = fetchTrackerResult(access, 9, reading(), never);
    await expect(missing).rejects.toThrow(SourceError);
    await expect(missing).rejects.toThrow('HTTP 404 Not Found: Result not found.');
  });

  it('is below the path of the tracker', async () => {
    const tracker = await startTrackerApi([]);
    const {access} = accessTo(tracker);
    const url = new URL('/speed/', tracker.url);
    await expect(fetchTrackerResult({...access, url}, 9, reading(), never)).rejects.toThrow(SourceError);
    expect(tracker.requests[0]?.path).toBe('/speed/api/v1/results/9');
  });

  it('is of no other host, also where the path of the tracker looks like one', async () => {
    const tracker = await startTrackerApi([]);
    const other = await startTrackerApi([]);
    const {access} = accessTo(tracker);
    const url = new URL(`${tracker.url.origin}//${other.url.host}/`);
    await expect(fetchTrackerResult({...access, url}, 9, reading(), never)).rejects.toThrow(SourceError);
    expect(tracker.requests[0]?.path).toBe(`//${other.url.host}/api/v1/results/9`);
    expect(other.requests).toEqual([]);
  });
});
