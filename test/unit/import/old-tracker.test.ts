import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createClock} from '../../../src/import/clock.ts';
import {readOldTrackerCsv, readOldTrackerJson} from '../../../src/import/old-tracker.ts';

const reading = () => ({job: 'wan', clock: createClock('FILE', 'Europe/Berlin')});

const fromJson = (value: unknown) => readOldTrackerJson('backup.json', JSON.stringify(value), reading());
const fromCsv = (...lines: readonly string[]) =>
  readOldTrackerCsv('backup.csv', lines.map((line) => `${line}\n`).join(''), reading());

const entry = (changes: Readonly<Record<string, unknown>> = {}) => ({
  id: 5,
  ping: 11.25,
  download: 941.234568,
  upload: 43.456872,
  created_at: '2021-03-01T06:07:42.000000Z',
  updated_at: '2021-03-01T06:07:42.000000Z',
  server_id: 3692,
  server_name: 'Example Telecom',
  server_host: 'speed.example:8080',
  url: 'https://speed.example/result',
  scheduled: 1,
  failed: 0,
  ...changes,
});

const completed = {
  kind: 'result',
  key: `old-tracker:["wan",5,${Date.parse('2021-03-01T06:07:42Z')}]`,
  result: {
    status: 'completed',
    job: 'wan',
    scheduled: true,
    startedAtMs: Date.parse('2021-03-01T06:07:42Z'),
    endedAtMs: Date.parse('2021-03-01T06:07:42Z'),
    measurement: {
      engine: {name: 'ookla'},
      server: {id: '3692', name: 'Example Telecom', host: 'speed.example:8080'},
      ping: {latencyMs: 11.25},
      download: {bytesPerSecond: 117_654_321},
      upload: {bytesPerSecond: 5_432_109},
    },
  },
};

const head =
  'id,ping,download,upload,server_id,server_name,server_host,url,scheduled,failed,created_at,updated_at';

describe("the older tracker's backup", () => {
  it('in JSON has rates in Mbit/s', () => {
    expect(fromJson([entry()])).toEqual([{place: 'entry 1', imported: completed}]);
  });

  it('in CSV has the same under the same key, with times of its own clock', () => {
    const line =
      '5,11.25,941.234568,43.456872,3692,"Example Telecom",speed.example:8080,https://speed.example/result,1,0,"2021-03-01 07:07:42","2021-03-01 07:07:42"';
    expect(fromCsv(head, line)).toEqual([{place: 'line 2', imported: completed}]);
  });

  it('of the first versions has no more than numbers and times', () => {
    const [row] = fromCsv(
      'id,ping,download,upload,created_at,updated_at',
      '5,11.25,941.234568,43.456872,"2021-03-01 07:07:42","2021-03-01 07:07:42"',
    );
    expect(row?.imported).toMatchObject({
      kind: 'result',
      key: completed.key,
      result: {scheduled: false, measurement: {server: {}, download: {bytesPerSecond: 117_654_321}}},
    });
  });

  it.each([
    entry({failed: true}),
    entry({failed: '1', ping: 0, download: 0, upload: 0}),
    entry({failed: null, ping: 0, download: 0, upload: 0}),
    entry({failed: 1, ping: null, download: null, upload: null, scheduled: false}),
  ])('has no numbers where a test failed: %j', (given) => {
    const [row] = fromJson([given]);
    expect(row?.imported).toMatchObject({kind: 'result', result: {status: 'failed'}});
    expect(JSON.stringify(row)).not.toContain('measurement');
  });

  it('has wrong entries, told by number', () => {
    expect(fromJson([entry({id: null}), 3, entry({created_at: 'once'})])).toEqual([
      {place: 'entry 1', imported: {kind: 'wrong', problem: expect.stringMatching(/^id: /)}},
      {place: 'entry 2', imported: {kind: 'wrong', problem: expect.stringMatching(/^result: /)}},
      {place: 'entry 3', imported: {kind: 'wrong', problem: 'created_at: "once" is no time'}},
    ]);
    expect(fromCsv(head, '5,1', '6,"11')).toEqual(
      [2, 3].map((line) => ({
        place: `line ${line}`,
        imported: {kind: 'wrong', problem: 'not as many columns as the first line, 12'},
      })),
    );
  });

  it('may be no backup at all', () => {
    expect(() => readOldTrackerJson('backup.json', '[{', reading())).toThrow('backup.json is no whole JSON');
    expect(() => fromJson({})).toThrow('backup.json is no backup: it holds no array');
    expect(() => fromCsv('id,ping')).toThrow('backup.csv is no backup: no column download');
  });

  it('never ends the reading, whatever it holds', () => {
    const members = Object.fromEntries(Object.keys(entry()).map((name) => [name, fc.jsonValue()]));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record(members, {requiredKeys: []})), (value) => {
        expect(fromJson([value])).toHaveLength(1);
      }),
    );
  });
});
