import {expect, it, onTestFinished} from 'vitest';
import {createDestinationStatus} from '../../src/destination-status.ts';
import {openDatabase} from '../../src/journal/database.ts';
import {createJournal} from '../../src/journal/sqlite-journal.ts';
import {completed} from '../fixtures/results.ts';

it('tells what waits, what failed, what was rejected, and when something was taken', () => {
  const journal = createJournal(openDatabase(':memory:'));
  onTestFinished(() => journal.close());
  for (const name of ['mimir', 'gateway']) journal.startAt(name, {kind: 'all'});
  for (let index = 1; index <= 14; index += 1) journal.append(completed({endedAtMs: index * 1000}));
  for (let resultId = 1; resultId <= 12; resultId += 1) {
    journal.reject('mimir', {resultId, cause: `no ${resultId}`, atMs: 5});
  }
  journal.retryRejected('mimir', 12);
  journal.noteFailure('mimir', {cause: 'refused', atMs: 6, nextTryMs: 7});
  const configured = {remote_write: [{name: 'mimir'}], pushgateway: [{name: 'gateway'}]};
  const status = createDestinationStatus(journal);
  status.delivery({destination: 'gateway', outcome: {kind: 'accepted'}, attempted: 1, settled: 1, lag: 0});
  status.delivery({
    destination: 'mimir',
    outcome: {kind: 'rejected', cause: 'x'},
    attempted: 1,
    settled: 1,
    lag: 0,
  });
  expect(status.list(configured)).toEqual({
    destinations: [
      {
        name: 'mimir',
        kind: 'remote-write',
        lag: 2,
        waitingSinceMs: 13_000,
        failure: {cause: 'refused', atMs: 6, nextTryMs: 7},
        rejected: 11,
        retrying: 1,
        rejections: [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((resultId) => ({
          resultId,
          cause: `no ${resultId}`,
          atMs: 5,
        })),
      },
      {
        name: 'gateway',
        kind: 'pushgateway',
        lag: 14,
        waitingSinceMs: 1000,
        lastSuccessMs: expect.any(Number),
        rejected: 0,
        retrying: 0,
        rejections: [],
      },
    ],
  });
});
