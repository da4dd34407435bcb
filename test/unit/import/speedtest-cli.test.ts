import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createClock} from '../../../src/import/clock.ts';
import {readSpeedtestCliCsv, readSpeedtestCliJson} from '../../../src/import/speedtest-cli.ts';
import {recorded} from '../../fixtures/speedtest-cli.ts';

const printed = (changes: Readonly<Record<string, unknown>> = {}) => ({
  ...recorded,
  download: 94_123_456.8,
  upload: 9_412_345.6,
  ping: 23.5,
  timestamp: '2026-03-01T06:07:42.993012Z',
  bytes_sent: 12_345_678,
  bytes_received: 123_456_789,
  ...changes,
});

const reading = {job: 'wan', clock: createClock('the file', 'UTC')};

const json = (changes: Readonly<Record<string, unknown>> = {}) =>
  readSpeedtestCliJson(JSON.stringify(printed(changes)), reading);

const atMs = Date.parse('2026-03-01T06:07:42.993Z');

describe('a line of speedtest-cli', () => {
  it('in JSON has rates in bits per second', () => {
    expect(json()).toEqual({
      kind: 'result',
      key: `speedtest-cli:["wan",${atMs},"3692"]`,
      result: {
        status: 'completed',
        job: 'wan',
        scheduled: true,
        startedAtMs: atMs,
        endedAtMs: atMs,
        measurement: {
          engine: {name: 'speedtest-cli'},
          server: {
            id: '3692',
            name: 'Example Telecom',
            host: 'speed.example:8080',
            country: 'Germany',
            location: 'Berlin',
          },
          isp: 'Example Net',
          ping: {latencyMs: 23.5},
          download: {bytesPerSecond: 11_765_432.1, bytes: 123_456_789},
          upload: {bytesPerSecond: 1_176_543.2, bytes: 12_345_678},
        },
      },
    });
  });

  it('in CSV has the same under the same key, without what it has no column for', () => {
    const line =
      '3692,"Example ""Telecom"", Ltd",Berlin,2026-03-01T06:07:42.993012Z,4.2,23.5,94123456.8,9412345.6,,198.51.100.7';
    expect(readSpeedtestCliCsv(line, reading)).toMatchObject({
      kind: 'result',
      key: `speedtest-cli:["wan",${atMs},"3692"]`,
      result: {
        endedAtMs: atMs,
        measurement: {
          server: {id: '3692', name: 'Example "Telecom", Ltd', location: 'Berlin'},
          ping: {latencyMs: 23.5},
          download: {bytesPerSecond: 11_765_432.1},
        },
      },
    });
  });

  it('may be the titles of the columns', () => {
    const head = 'Server ID,Sponsor,Server Name,Timestamp,Distance,Ping,Download,Upload,Share,IP Address';
    expect(readSpeedtestCliCsv(head, reading)).toBeUndefined();
  });

  it('has no number for a direction that was not tested, nor for pings that were not answered', () => {
    const imported = json({upload: 0, bytes_sent: 0, ping: 1_800_000});
    if (imported.kind !== 'result' || imported.result.status !== 'completed') throw new Error(imported.kind);
    expect(Object.keys(imported.result.measurement).sort()).toEqual(['download', 'engine', 'isp', 'server']);
  });

  it.each([
    ['{', 'not JSON'],
    ['{}', expect.stringMatching(/^timestamp: /)],
    [JSON.stringify(printed({timestamp: 'now'})), 'timestamp: "now" is no time'],
    [JSON.stringify(printed({download: 'fast'})), expect.stringMatching(/^download: /)],
    [JSON.stringify(printed({download: 0, upload: 0, ping: 0})), 'nothing was measured'],
  ])('is wrong as %s', (line, problem) => {
    expect(readSpeedtestCliJson(line, reading)).toEqual({kind: 'wrong', problem});
  });

  it.each(['Cannot retrieve speedtest configuration', '1,2,3', '"3692,a,b,2026-03-01T06:07:42Z,1,2,3,4,5,6'])(
    'is wrong as %s in CSV',
    (line) => {
      const problem = 'not the 10 columns of speedtest-cli --csv';
      expect(readSpeedtestCliCsv(line, reading)).toEqual({kind: 'wrong', problem});
    },
  );

  it('never ends the reading, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom('"', ',', '1', 'a', '{', '}', ':', '[')}), (line) => {
        expect(readSpeedtestCliCsv(line, reading)?.kind).toBe('wrong');
        expect(readSpeedtestCliJson(line, reading).kind).toBe('wrong');
      }),
    );
  });
});
