import {describe, expect, it} from 'vitest';
import {lastCoolDown} from '../../../src/job/last-cool-down.ts';
import type {EngineFailure} from '../../../src/result.ts';
import {completed, failed, fullMeasurement, skipped} from '../../fixtures/results.ts';
import {open} from '../journal/open.ts';

const minute = 60_000;
const hour = 60 * minute;
const startMs = 1_790_000_000_000;
const coolDown = {untilMs: startMs + 30 * minute, lengthMs: 30 * minute};

const limit = (changes: Partial<EngineFailure> = {}): EngineFailure => ({
  engine: 'ookla',
  class: 'rate-limited',
  reason: 'too many',
  coolDown,
  ...changes,
});
const limited = (endedAtMs: number, changes: Partial<EngineFailure> = {}) =>
  failed({endedAtMs, attempts: [limit(changes)]});
const timedOut = (endedAtMs: number, scheduled: boolean) =>
  failed({endedAtMs, scheduled, attempts: [{engine: 'ookla', class: 'timeout', reason: 'slow'}]});
const by = (engine: string, endedAtMs: number) =>
  completed({endedAtMs, measurement: {...fullMeasurement, engine: {name: engine}}});

/** What the journal with these results says of ookla, an hour after the last of them unless told otherwise. */
const known = (
  results: readonly Parameters<ReturnType<typeof open>['append']>[0][],
  nowMs = Math.max(...results.map(({endedAtMs}) => endedAtMs)) + hour,
) => {
  const journal = open();
  for (const result of results) journal.append(result);
  return lastCoolDown(journal, 'wan', 'ookla', nowMs);
};

describe('the last cool-down of an engine', () => {
  it.each([
    ['in an empty journal is none', [], undefined],
    ['is the one of the newest result', [limited(startMs)], coolDown],
    [
      'is found in a fallback',
      [{...by('librespeed', startMs), fellBackFrom: [limit(), limit({engine: 'librespeed'})]}],
      coolDown,
    ],
    [
      'is found behind results that do not speak of it',
      [
        limited(startMs),
        by('librespeed', startMs + 1),
        skipped({endedAtMs: startMs + 2}),
        limited(startMs + 3, {engine: 'iperf3'}),
      ],
      coolDown,
    ],
    ['is passed on by failures of other kinds', [limited(startMs, {class: 'timeout'})], coolDown],
    [
      'is none where a scheduled test says nothing of it',
      [limited(startMs), timedOut(startMs + 1, true)],
      undefined,
    ],
    ['is not known to manual tests', [limited(startMs), timedOut(startMs + 1, false)], coolDown],
    ['is forgotten once it has worked', [limited(startMs), by('ookla', startMs + 1)], undefined],
    ['of another job does not matter', [{...limited(startMs), job: 'lan'}], undefined],
  ])('%s', (_what, results, expected) => {
    expect(known(results, startMs + hour)).toEqual(expected);
  });

  it('is forgotten after two days', () => {
    expect(known([limited(startMs)], startMs + 48 * hour)).toEqual(coolDown);
    expect(known([limited(startMs)], startMs + 48 * hour + 1)).toBeUndefined();
  });

  it('counts a rate limit that began none, as that of a manual test', () => {
    const manual = (endedAtMs: number) =>
      failed({
        endedAtMs,
        scheduled: false,
        attempts: [{engine: 'ookla', class: 'rate-limited', reason: 'too many'}],
      });
    expect(known([manual(startMs)])).toEqual({untilMs: startMs + 15 * minute, lengthMs: 15 * minute});
    expect(known([limited(startMs), manual(startMs + hour), manual(startMs + 2 * hour)])).toEqual({
      untilMs: startMs + 4 * hour,
      lengthMs: 2 * hour,
    });
  });
});
