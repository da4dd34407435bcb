import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseOoklaJson} from '../../../src/engine/ookla-json.ts';
import {createClock} from '../../../src/import/clock.ts';
import {readTracker} from '../../../src/import/tracker.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {failedTrackerRow, splitTrackerRow, trackerRow} from '../../fixtures/tracker.ts';

const read = (row: unknown) => readTracker(row, {job: 'wan', clock: createClock('FILE', 'Europe/Berlin')});

const resultOf = (row: unknown) => {
  const imported = read(row);
  if (imported.kind !== 'result') throw new Error(`no result: ${JSON.stringify(imported)}`);
  return imported.result;
};

const measurementOf = (row: unknown) => {
  const result = resultOf(row);
  if (result.status !== 'completed') throw new Error(result.status);
  return result.measurement;
};

describe('a completed result', () => {
  it("is what the engine makes of Ookla's JSON", () => {
    const parsed = parseOoklaJson(recorded);
    if (!parsed.ok) throw new Error(parsed.problem);
    const {timestampMs, measurement} = parsed;
    expect(read(trackerRow())).toEqual({
      kind: 'result',
      key: 'tracker:["wan",17,"2026-03-01 07:07:21"]',
      result: {
        status: 'completed',
        job: 'wan',
        scheduled: true,
        healthy: true,
        startedAtMs: timestampMs - 20_005,
        endedAtMs: timestampMs,
        measurement: {engine: {name: 'ookla'}, ...measurement},
      },
    });
  });

  it('is the same from columns alone, of the time at which it was asked for and that which it took', () => {
    const {server, ...rest} = measurementOf(trackerRow());
    expect(measurementOf(splitTrackerRow())).toEqual({...rest, server: {...server, host: 'speed.example'}});
    expect(resultOf(splitTrackerRow())).toMatchObject({
      startedAtMs: Date.parse('2026-03-01T06:07:21Z'),
      endedAtMs: Date.parse('2026-03-01T06:07:41.005Z'),
    });
  });

  it('has the same key from each version', () => {
    expect(read(splitTrackerRow())).toMatchObject({key: 'tracker:["wan",17,"2026-03-01 07:07:21"]'});
  });

  it('is read from the first versions, without service and status', () => {
    const row = {
      id: 3,
      ping: 11.25,
      download: 117654321,
      upload: 5432109,
      server_id: 3692,
      server_host: 'speed.example',
      server_name: 'Example Telecom',
      url: 'https://speed.example/result',
      scheduled: 0,
      data: recorded,
      created_at: '2022-10-01 07:07:21',
    };
    expect(resultOf(row)).toMatchObject({
      status: 'completed',
      scheduled: false,
      measurement: {engine: {name: 'ookla'}, download: {bytesPerSecond: 117654321}},
    });
    expect(resultOf({...row, successful: 1})).toMatchObject({status: 'completed'});
    expect(
      resultOf({...row, successful: 0, ping: null, download: null, upload: null, data: null}),
    ).toMatchObject({status: 'failed'});
  });

  it('has numbers that a database gives as text', () => {
    const row = splitTrackerRow({ping: '11.25', download: '117654321', server_id: '3692', scheduled: true});
    expect(resultOf(row)).toEqual(resultOf(splitTrackerRow()));
  });

  it('goes without what is not known', () => {
    const row = splitTrackerRow({
      ping: 0,
      packet_loss: -1,
      upload: 0,
      download_bytes: null,
      download_latency_iqm: null,
      healthy: null,
      isp: null,
      server_id: null,
      server_host: '',
    });
    const result = resultOf(row);
    expect(result).not.toHaveProperty('healthy');
    expect(measurementOf(row)).toEqual({
      engine: {name: 'ookla'},
      server: {name: 'Example Telecom', country: 'Germany', location: 'Berlin'},
      download: {bytesPerSecond: 117654321, elapsedMs: 10002},
    });
  });

  it('is doubtful where created_at is far from the time that was noted, which tells of a wrong zone', () => {
    const [right, wrong] = ['2026-03-01 07:07:21', '2026-03-01 06:07:21'].map((created_at) =>
      read(trackerRow({created_at})),
    );
    expect(right).not.toHaveProperty('doubt');
    expect(wrong).toMatchObject({
      kind: 'result',
      doubt: "created_at is 60 min from the time that Ookla's program noted: is that the right --timezone?",
      result: {endedAtMs: Date.parse(recorded.timestamp)},
    });
    expect(read(trackerRow({created_at: '2026-03-29 02:30:00'}))).toMatchObject({
      kind: 'result',
      doubt: expect.stringMatching(/^created_at: .* never was in Europe\/Berlin/),
      result: {endedAtMs: Date.parse(recorded.timestamp)},
    });
  });

  it('names the service as its engine', () => {
    expect(measurementOf(splitTrackerRow({service: 'nettest'})).engine).toEqual({name: 'nettest'});
  });

  it('is wrong where nothing was measured', () => {
    expect(read(failedTrackerRow({status: 'completed'}))).toEqual({
      kind: 'wrong',
      problem: 'completed, but nothing was measured',
    });
  });

  it('keeps its columns where its data have another shape', () => {
    expect(measurementOf(trackerRow({data: {download: 'fast'}}))).toMatchObject({
      ping: {latencyMs: 11.25},
      download: {bytesPerSecond: 117654321, bytes: 1176543212},
    });
  });
});

describe('a test without a measurement', () => {
  it('failed, with the words of the tracker and their class', () => {
    const reason = 'Cannot open socket: timeout';
    expect(resultOf(failedTrackerRow())).toEqual({
      status: 'failed',
      job: 'wan',
      scheduled: true,
      startedAtMs: Date.parse('2026-03-01T06:07:21Z'),
      endedAtMs: Date.parse('2026-03-01T06:07:21Z'),
      failure: {class: 'connection', reason},
      attempts: [{engine: 'ookla', class: 'connection', reason}],
    });
  });

  it('has no numbers, though its columns have 0', () => {
    expect(JSON.stringify(resultOf(failedTrackerRow({ping: 0, download: 0, upload: 0})))).not.toContain(
      'easure',
    );
  });

  it.each([
    [
      'Failed to connected to hostname "one.example". Error received "Timeout". HTTP fallback also failed.',
      'no-network',
    ],
    ['Limit reached: too many requests', 'rate-limited'],
    [null, 'bad-output'],
  ])('failed by %j is of class %s', (message, failureClass) => {
    expect(resultOf(failedTrackerRow({data: {message}}))).toMatchObject({failure: {class: failureClass}});
    const split = splitTrackerRow({status: 'failed', error_message: message});
    expect(resultOf(split)).toMatchObject({failure: {class: failureClass}});
  });

  it('was skipped, which measured nothing either', () => {
    const data = {message: '"192.0.2.1" was found in external IP address skip list.'};
    expect(resultOf(failedTrackerRow({status: 'skipped', data}))).toMatchObject({
      status: 'skipped',
      skip: {class: 'missed', reason: data.message},
    });
  });

  it.each(['waiting', 'started', 'checking', 'running', 'benchmarking'])('is not over while %s', (status) => {
    expect(read(failedTrackerRow({status}))).toEqual({kind: 'unfinished'});
  });
});

describe('what is no result', () => {
  it.each([
    [{id: 'x'}, /^id: /],
    [{status: 'lost'}, /^status "lost" is not known$/],
    [{created_at: 'yesterday', data: null}, /^created_at: "yesterday" is no time$/],
    [{created_at: null}, /^created_at: /],
    [{ping: 'fast'}, /^ping: /],
    [{created_at: '2026-03-29 02:30:00', data: null}, /^created_at: .* never was in Europe\/Berlin/],
  ])('with %j is told why', (changes, problem) => {
    expect(read(trackerRow(changes))).toEqual({kind: 'wrong', problem: expect.stringMatching(problem)});
  });

  it('never ends the reading, whatever it is', () => {
    const members = Object.fromEntries(
      Object.keys(splitTrackerRow({data: null})).map((name) => [name, fc.anything()]),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record(members, {requiredKeys: []})), (row) => {
        expect(['result', 'unfinished', 'wrong']).toContain(read(row).kind);
      }),
    );
  });
});

it('never gives a value for one that is not known or can not be, such as 0', () => {
  const anyNumber = fc.constantFrom(null, -1, 0, 0.5, 12, '7.25', 1e9, 1e300, '1e400');
  const names = Object.entries(splitTrackerRow()).flatMap(([name, value]) =>
    typeof value === 'number' && !['id', 'scheduled', 'healthy'].includes(name) ? [name] : [],
  );
  const members = Object.fromEntries(names.map((name) => [name, anyNumber]));
  fc.assert(
    fc.property(fc.record(members), (values) => {
      const imported = read(splitTrackerRow(values));
      if (imported.kind !== 'result' || imported.result.status !== 'completed') return;
      const {ping, download, upload} = imported.result.measurement;
      const {jitterMs: _idle, ...idle} = ping ?? {latencyMs: 1};
      const loaded = [download, upload].flatMap((each) => {
        const {latency, ...rates} = each ?? {bytesPerSecond: 1};
        const {jitterMs: _loaded, ...rest} = latency ?? {jitterMs: 0};
        return [...Object.values(rates), ...Object.values(rest)];
      });
      for (const value of [...Object.values(idle), ...loaded]) {
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(1e16);
      }
      expect(new Date(imported.result.endedAtMs).getTime()).toBe(imported.result.endedAtMs);
    }),
  );
});
