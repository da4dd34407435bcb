import Libsql from 'libsql';
import {describe, expect, it, onTestFinished} from 'vitest';
import {migrations} from '../../../src/journal/migrations.ts';
import {completed} from '../../fixtures/results.ts';
import {newPath, open} from './open.ts';

describe('cursors', () => {
  it('start at the end, move forward only, and are kept per destination', () => {
    const path = newPath();
    const journal = open(path);
    journal.append(completed());
    expect(journal.cursor('a')).toBe(1);
    journal.append(completed());
    journal.append(completed());
    journal.advance('a', 3);
    journal.advance('a', 2);
    expect(open(path).cursor('a')).toBe(3);
    expect(journal.cursor('b')).toBe(3);
  });

  it('pass a rejected result, which is kept with its cause', () => {
    const journal = open();
    journal.cursor('a');
    journal.append(completed());
    journal.reject('a', {resultId: 1, cause: 'out of order', atMs: 5});
    expect(journal.cursor('a')).toBe(1);
    expect(journal.rejections('a')).toEqual([{resultId: 1, cause: 'out of order', atMs: 5}]);
    expect(journal.rejections('b')).toEqual([]);
  });
});

describe('the start of a destination', () => {
  const withResults = () => {
    const journal = open();
    for (const endedAtMs of [1000, 2000, 3000]) journal.append(completed({endedAtMs}));
    return journal;
  };

  it.each([
    [{kind: 'end'}, 3],
    [{kind: 'all'}, 0],
    [{kind: 'since', ms: 0}, 0],
    [{kind: 'since', ms: 2000}, 1],
    [{kind: 'since', ms: 2001}, 2],
    [{kind: 'since', ms: 3001}, 3],
  ] as const)('%j', (position, cursor) => {
    const journal = withResults();
    journal.startAt('a', position);
    expect(journal.cursor('a')).toBe(cursor);
  });

  it('is chosen only once', () => {
    const journal = withResults();
    journal.startAt('a', {kind: 'since', ms: 2000});
    journal.startAt('a', {kind: 'all'});
    journal.cursor('b');
    journal.startAt('b', {kind: 'all'});
    expect([journal.cursor('a'), journal.cursor('b')]).toEqual([1, 3]);
  });
});

describe('rejected results', () => {
  const cause = 'out of order';
  const withRejections = (path = newPath()) => {
    const journal = open(path);
    journal.cursor('a');
    for (const resultId of [1, 2, 3]) {
      journal.append(completed());
      journal.reject('a', {resultId, cause, atMs: resultId});
    }
    return journal;
  };

  it('are sent again when asked: all of them, or one', () => {
    const path = newPath();
    const journal = withRejections(path);
    expect(journal.retryRejected('a', 2)).toBe(1);
    expect(journal.retryRejected('a', 2)).toBe(0);
    expect(journal.retryRejected('a', 99)).toBe(0);
    expect(journal.rejections('a').map(({resultId}) => resultId)).toEqual([1, 3]);
    expect(journal.retryRejected('a')).toBe(2);
    const again = open(path).retries('a', 2);
    expect(again.map(({id}) => id)).toEqual([1, 2]);
    expect(again[0]).toEqual(journal.result(1));
    expect(journal.retryRejected('b')).toBe(0);
    expect(journal.retries('b', 2)).toEqual([]);
  });

  it('are forgotten when taken, and kept with the newer cause when rejected again', () => {
    const journal = withRejections();
    journal.retryRejected('a');
    journal.taken('a', 1);
    journal.reject('a', {resultId: 2, cause: 'too old', atMs: 9});
    expect(journal.retries('a', 9).map(({id}) => id)).toEqual([3]);
    expect(journal.rejections('a')).toEqual([{resultId: 2, cause: 'too old', atMs: 9}]);
    expect(journal.cursor('a')).toBe(3);
  });
});

describe('the status', () => {
  it('tells position, lag, and what was rejected', () => {
    const journal = open();
    expect(journal.status('a')).toBeUndefined();
    expect(journal.cursor('a')).toBe(0);
    expect(journal.status('a')).toEqual({cursor: 0, lag: 0, rejected: 0, retrying: 0});
    for (const endedAtMs of [1000, 2000, 3000, 4000]) journal.append(completed({endedAtMs}));
    journal.reject('a', {resultId: 1, cause: 'no', atMs: 5});
    journal.reject('a', {resultId: 2, cause: 'no', atMs: 5});
    journal.retryRejected('a', 1);
    expect(journal.status('a')).toEqual({cursor: 2, lag: 2, waitingSinceMs: 3000, rejected: 1, retrying: 1});
    journal.advance('a', 4);
    expect(journal.status('a')).toEqual({cursor: 4, lag: 0, rejected: 1, retrying: 1});
  });
});

describe('a failed attempt', () => {
  it('is part of the status, the last one only, until it is taken back', () => {
    const path = newPath();
    const journal = open(path);
    journal.cursor('a');
    journal.noteFailure('a', {cause: 'HTTP 503', atMs: 1000, nextTryMs: 2000});
    const last = {cause: 'HTTP 500', atMs: 2000, nextTryMs: 4000};
    journal.noteFailure('a', last);
    expect(open(path).status('a')?.failure).toEqual(last);
    journal.noteFailure('a', undefined);
    expect(journal.status('a')).not.toHaveProperty('failure');
  });
});

describe('what a destination shows', () => {
  const live = (job: string, resultId: number, series: readonly string[] = [`${job} ${resultId}`]) => ({
    job,
    resultId,
    lastSampleMs: resultId * 1000,
    series,
  });

  it('is kept per destination and job, until it is replaced or nothing is left of it', () => {
    const path = newPath();
    const journal = open(path);
    journal.setLive('a', [live('wan', 1), live('lte', 2)]);
    journal.setLive('b', [live('wan', 1)]);
    journal.setLive('a', [live('wan', 3, ['["one"]', '["two"]'])]);
    expect(open(path).live('a')).toEqual([live('lte', 2), live('wan', 3, ['["one"]', '["two"]'])]);
    journal.setLive('a', [live('wan', 3, []), live('unknown', 3, [])]);
    expect(journal.live('a')).toEqual([live('lte', 2)]);
    expect(journal.live('b')).toEqual([live('wan', 1)]);
  });

  it('is noted together with the position', () => {
    const journal = open();
    journal.startAt('a', {kind: 'all'});
    journal.append(completed());
    journal.advance('a', 1, [live('wan', 1)]);
    expect([journal.cursor('a'), journal.live('a')]).toEqual([1, [live('wan', 1)]]);
    journal.advance('a', 1);
    expect(journal.live('a')).toHaveLength(1);
  });

  it('is written without the names of the series where these have stayed', () => {
    const path = newPath();
    const journal = open(path);
    journal.setLive('a', [live('wan', 1, ['one'])]);
    const other = new Libsql(path);
    onTestFinished(() => void other.close());
    other.exec(`CREATE TRIGGER names AFTER UPDATE ON live_series BEGIN SELECT raise(FAIL, 'written'); END`);
    journal.setLive('a', [live('wan', 2, ['one'])]);
    expect(() => journal.setLive('a', [live('wan', 3, ['two'])])).toThrow('written');
    expect(journal.live('a')).toEqual([live('wan', 2, ['one'])]);
  });

  it('is known without the names of the series where an earlier version noted it', () => {
    const path = newPath();
    open(path).close();
    const old = new Libsql(`${path}.old`);
    old.exec(`${migrations.slice(0, 3).join('')} PRAGMA user_version = 3;
      INSERT INTO live (destination, job, result_id, last_sample_ms) VALUES ('a', 'wan', 7, 7000)`);
    old.close();
    expect(open(`${path}.old`).live('a')).toEqual([{...live('wan', 7), series: undefined}]);
  });
});
