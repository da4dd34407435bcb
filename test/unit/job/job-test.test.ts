import {afterEach, beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import {engines as engineDefaults} from '../../../src/config/engines.ts';
import {type TestedJob, testNow, testOnSchedule} from '../../../src/job/job-test.ts';
import type {Journal} from '../../../src/journal/journal.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {startHttpServer} from '../../contract/http-server.ts';
import {completed} from '../../fixtures/results.ts';
import {newPath, open} from '../journal/open.ts';

const minute = 60_000;
const startMs = Date.parse('2026-06-15T00:00:00Z');
const chunk = Buffer.alloc(1024 * 1024);
const unwatched = {onProgress: () => undefined};
const never = new AbortController().signal;
/** Bytes end a transfer, and not the time that a busy machine takes for them. */
const brief = {durationMs: 15_000, maxBytes: 2_000_000, connections: 2};

beforeEach(() => {
  // The engines and their sockets keep real time.
  vi.useFakeTimers({now: startMs, toFake: ['Date']});
});
afterEach(() => {
  vi.useRealTimers();
});

/** A LibreSpeed server that can be told to refuse for too many tests, and counts what it is asked. */
const startServer = async () => {
  const state = {isLimiting: false, requests: 0};
  const {url, stop} = await startHttpServer((response, {path}) => {
    state.requests += 1;
    if (state.isLimiting) response.writeHead(429).end();
    else if (path.startsWith('/garbage')) response.end(chunk);
    else response.end();
  });
  onTestFinished(stop);
  const engines = {
    ...engineDefaults.parse({}),
    librespeed: {...brief, server: url.href},
  };
  return {state, settings: {engines, version: '1.2.3'}};
};

const job: TestedJob = {
  name: 'wan',
  engines: ['librespeed'],
  network: {},
  timeoutMs: 20_000,
  thresholds: {},
  schedule: {timeZone: 'UTC'},
};

describe('a scheduled test', () => {
  it('leaves an engine alone after a rate limit, twice as long in a row, also after a restart', async () => {
    const {state, settings} = await startServer();
    const path = newPath();
    let journal: Journal = openJournal(path);
    onTestFinished(() => journal.close());

    /** Whether the server was asked by a test so many minutes after the start, and what came of it. */
    const at = async (minutes: number) => {
      vi.setSystemTime(startMs + minutes * minute);
      journal.close();
      journal = openJournal(path);
      const before = state.requests;
      const result = await testOnSchedule(job, settings, journal, unwatched, never);
      journal.append(result);
      const outcome = result.status === 'failed' ? result.failure.class : result.status;
      return `${state.requests > before ? 'asked' : 'left alone'}: ${outcome}`;
    };

    state.isLimiting = true;
    expect(await at(0)).toBe('asked: rate-limited');
    expect(await at(1)).toBe('left alone: rate-limited');
    expect(await at(14)).toBe('left alone: rate-limited');
    expect(await at(16)).toBe('asked: rate-limited');
    expect(await at(40)).toBe('left alone: rate-limited');
    state.isLimiting = false;
    expect(await at(47)).toBe('asked: completed');
    state.isLimiting = true;
    expect(await at(48)).toBe('asked: rate-limited');
    expect(await at(62)).toBe('left alone: rate-limited');
    expect(await at(64)).toBe('asked: rate-limited');
  }, 30_000);

  it('fails as rate-limited when every engine of the chain is left alone', async () => {
    const {state, settings} = await startServer();
    state.isLimiting = true;
    const journal = open();
    const chain: TestedJob = {...job, engines: ['librespeed', 'librespeed']};
    journal.append(await testOnSchedule(chain, settings, journal, unwatched, never));
    expect(await testOnSchedule(chain, settings, journal, unwatched, never)).toMatchObject({
      failure: {class: 'rate-limited', reason: expect.stringMatching(/^left alone until 2026-06-15T00:/)},
      attempts: [{engine: 'librespeed'}, {engine: 'librespeed'}],
    });
  });

  it('is skipped where it would exceed a budget, without asking anyone', async () => {
    const {state, settings} = await startServer();
    const journal = open();
    journal.append(completed({endedAtMs: startMs - 1}));
    const skip = {class: 'budget', reason: expect.stringContaining('1.23 GB of 1.3 GB used')};
    const skipped = {status: 'skipped', scheduled: true, startedAtMs: startMs, endedAtMs: startMs, skip};
    expect(
      await testOnSchedule({...job, dataBudgetBytes: 1.3e9}, settings, journal, unwatched, never),
    ).toMatchObject(skipped);
    const all = {...settings, totalBudgetBytes: 1.3e9};
    expect(await testOnSchedule(job, all, journal, unwatched, never)).toMatchObject(skipped);
    expect(state.requests).toBe(0);
  });

  it('takes place though the journal can not be read', async () => {
    const {settings} = await startServer();
    const journal = openJournal(newPath());
    journal.close();
    const {status} = await testOnSchedule({...job, dataBudgetBytes: 1}, settings, journal, unwatched, never);
    expect(status).not.toBe('skipped');
  });
});

describe('a test', () => {
  it.each([
    [{downloadBytesPerSecond: 1}, true],
    [{downloadBytesPerSecond: 1e15}, false],
  ])('with thresholds %j has healthy = %j', async (thresholds, healthy) => {
    const {settings} = await startServer();
    const result = await testNow({...job, thresholds}, settings, unwatched, never);
    expect(result).toMatchObject({status: 'completed', scheduled: false});
    expect(result).toHaveProperty('healthy', healthy);
  });

  it('that fails says what it moved', async () => {
    const {url, stop} = await startHttpServer((response, {path}) => {
      if (path.startsWith('/garbage')) response.end(chunk);
      else response.writeHead(path === '/empty' && response.req.method === 'POST' ? 500 : 200).end();
    });
    onTestFinished(stop);
    const engines = {
      ...engineDefaults.parse({}),
      librespeed: {...brief, server: url.href},
    };
    expect(await testNow(job, {engines, version: '1'}, unwatched, never)).toMatchObject({
      status: 'failed',
      attempts: [{class: 'no-server', bytes: expect.any(Number)}],
    });
  });
});
