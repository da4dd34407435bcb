import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {cutSpan} from '../../../../src/server/api/time-span.ts';
import {completed, failed, fullMeasurement, skipped} from '../../../fixtures/results.ts';
import {ask} from '../http.ts';
import {jsonOf, openJournal, serve} from './serving.ts';

const hourMs = 3_600_000;
const startMs = 480_000 * hourMs;

const serveSome = async () => {
  const journal = openJournal();
  const slow = {...fullMeasurement, download: {bytesPerSecond: 1}};
  for (const result of [
    completed({endedAtMs: startMs}),
    completed({endedAtMs: startMs + 500, measurement: slow, healthy: false}),
    failed({endedAtMs: startMs + 60_000}),
    skipped({endedAtMs: startMs + 60_000, job: 'lan'}),
  ]) {
    journal.append(result);
  }
  const {url} = await serve(journal);
  return `${url}/api/v1`;
};

const rate = fullMeasurement.download?.bytesPerSecond ?? 0;

describe('series', () => {
  it('are the values in steps, apart for each job', async () => {
    const url = await serveSome();
    const answer = jsonOf(await ask(`${url}/series?from=${startMs}&to=${startMs + 100_000}&points=101`));
    expect(answer).toMatchObject({
      fromMs: startMs,
      toMs: startMs + 100_000,
      stepMs: 1000,
      jobs: [
        {job: 'lan', startsAtMs: [startMs + 60_000], completed: [0], skipped: [1]},
        {
          job: 'wan',
          startsAtMs: [startMs, startMs + 60_000],
          values: {
            downloadBytesPerSecond: {mean: [(rate + 1) / 2, null], low: [1, null], high: [rate, null]},
            downloadLatencyMs: {mean: [31.5, null]},
            pingMs: {mean: [11.25, null]},
          },
          completed: [2, 0],
          failed: [0, 1],
          skipped: [0, 0],
        },
      ],
    });
  });

  it('of a long range are those of whole hours', async () => {
    const url = await serveSome();
    const from = startMs - 30 * 24 * hourMs;
    expect(
      jsonOf(await ask(`${url}/series?from=${from}&to=${startMs + 1}&job=wan&points=2000`)),
    ).toMatchObject({
      stepMs: hourMs,
      jobs: [{job: 'wan', startsAtMs: [startMs], completed: [2], failed: [1]}],
    });
  });

  it('of no range are those of the last day', async () => {
    const url = await serveSome();
    const {fromMs, toMs} = Object(jsonOf(await ask(`${url}/series`)));
    expect(toMs - fromMs).toBeGreaterThanOrEqual(24 * hourMs);
    expect(toMs - fromMs).toBeLessThan(25 * hourMs);
  });

  it.each([
    ['points=1', 'points: expected a whole number from 2 to 2000, found 1'],
    ['points=2001', 'points: expected a whole number from 2 to 2000, found 2001'],
    ['from=5&to=4', 'from: is not before to'],
    ['status=failed', '"status" is not known here'],
  ])('are refused for %s', async (query, error) => {
    const answer = await ask(`${await serveSome()}/series?${query}`);
    expect([answer.status, jsonOf(answer)]).toEqual([400, {error}]);
  });

  it('never have more steps than asked for, and hold the whole range', () => {
    const time = fc.integer({min: 0, max: 4e12});
    fc.assert(
      fc.property(time, time, fc.integer({min: 2, max: 2000}), (a, b, points) => {
        const [fromMs, toMs] = [Math.min(a, b), Math.max(a, b) + 1];
        const span = cutSpan(fromMs, toMs, points);
        expect(Math.ceil((toMs - span.fromMs) / span.stepMs)).toBeLessThanOrEqual(points);
        expect(span.fromMs).toBeLessThanOrEqual(fromMs);
        expect(span.exact || (span.fromMs % hourMs === 0 && span.stepMs % hourMs === 0)).toBe(true);
      }),
    );
  });
});

describe('statistics', () => {
  it('sum a range up', async () => {
    const url = await serveSome();
    const summary = {count: 2, mean: (rate + 1) / 2, low: 1, high: rate};
    for (const from of [startMs, startMs - 90 * 24 * hourMs]) {
      expect(
        jsonOf(await ask(`${url}/statistics?from=${from}&to=${startMs + hourMs}&job=wan`)),
      ).toMatchObject({
        fromMs: from,
        toMs: startMs + hourMs,
        jobs: [
          {
            job: 'wan',
            completed: 2,
            failed: 1,
            skipped: 0,
            unhealthy: 1,
            values: {downloadBytesPerSecond: summary, packetLossPercent: {count: 2, mean: 0.5}},
          },
        ],
      });
    }
  });
});
