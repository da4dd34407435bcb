import {expect, it, onTestFinished} from 'vitest';
import {job as jobSchema} from '../../src/config/job.ts';
import {jobStatus} from '../../src/job-status.ts';
import {openDatabase} from '../../src/journal/database.ts';
import {createJournal} from '../../src/journal/sqlite-journal.ts';
import {completed, failed} from '../fixtures/results.ts';

const nowMs = Date.UTC(2026, 0, 1, 12, 30);

it('tells of a job, its limits, its next run and its newest results', () => {
  const journal = createJournal(openDatabase(':memory:'));
  onTestFinished(() => journal.close());
  const job = jobSchema.parse({
    name: 'wan',
    schedule: '7 * * * *',
    timezone: 'Europe/Berlin',
    engines: ['ookla', 'cloudflare'],
    thresholds: {download: '80Mbps', ping: '50ms'},
  });
  const status = {
    name: 'wan',
    schedule: '7 * * * *',
    timezone: 'Europe/Berlin',
    engines: ['ookla', 'cloudflare'],
    thresholds: {downloadBytesPerSecond: 1e7, pingMs: 50},
    nextRunAtMs: Date.UTC(2026, 0, 1, 13, 7),
  };
  expect(jobStatus(job, journal, undefined, nowMs)).toEqual({...status, running: false});
  journal.append(completed({endedAtMs: 1000}));
  journal.append(failed({endedAtMs: 2000}));
  expect(jobStatus(job, journal, 'wan', nowMs)).toEqual({
    ...status,
    running: true,
    newest: {id: 2, ...failed({endedAtMs: 2000})},
    newestCompleted: {id: 1, ...completed({endedAtMs: 1000})},
  });
  expect(jobStatus({...job, thresholds: {}}, journal, 'lan', nowMs)).not.toHaveProperty('thresholds');
});
