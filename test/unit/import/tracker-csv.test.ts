import {describe, expect, it} from 'vitest';
import {createClock} from '../../../src/import/clock.ts';
import {SourceError} from '../../../src/import/source-error.ts';
import {readTracker} from '../../../src/import/tracker.ts';
import {readTrackerCsv} from '../../../src/import/tracker-csv.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {failedTrackerRow, splitTrackerRow, trackerRow} from '../../fixtures/tracker.ts';

const reading = () => ({job: 'wan', clock: createClock('FILE', 'Europe/Berlin')});

const read = (...lines: readonly string[]) =>
  readTrackerCsv('results.csv', lines.map((line) => `${line}\r\n`).join(''), reading());

const csv = (fields: readonly unknown[]): string =>
  fields
    .map((field) => {
      const text = field === null || field === undefined ? '' : String(field);
      return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join();

/** As the tracker flattens what Ookla printed. */
const flattened = (value: object, prefix = ''): readonly (readonly [string, unknown])[] =>
  Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'object' && member !== null
      ? flattened(member, `${prefix}${key}_`)
      : [[`${prefix}${key}`, member] as const],
  );

const titleOf = (name: string): string => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('_', ' ');

describe('an export of Speedtest Tracker', () => {
  it('of late 2025, with all that Ookla printed, gives the same as the table', () => {
    const columns = flattened(recorded);
    const head = csv([
      ...['ID', 'Service', 'Status', 'Scheduled', 'Healthy', 'Created at', 'Updated at', 'Comments'],
      ...columns.map(([name]) => titleOf(name)),
    ]);
    const own = ['Yes', 'Yes', '2026-03-01 07:07:21', '2026-03-01 07:07:43', 'slow, "again"'];
    const rows = read(
      head,
      csv([17, 'Ookla', 'Completed', ...own, ...columns.map(([, value]) => value)]),
      csv([18, 'Ookla', 'Failed', 'No', 'No', '2026-03-01 08:07:21', '', '', ...columns.map(() => '')]),
      csv([19, 'Ookla', 'Running', 'No', 'No', '2026-03-01 09:07:21', '', '', ...columns.map(() => '')]),
    );
    expect(rows.map(({place}) => place)).toEqual(['line 2', 'line 3', 'line 4']);
    expect(rows[0]?.imported).toEqual(readTracker(trackerRow(), reading()));
    const failed = failedTrackerRow({id: 18, data: null, created_at: '2026-03-01 08:07:21', scheduled: 0});
    expect(rows[1]?.imported).toEqual(readTracker(failed, reading()));
    expect(rows[2]?.imported).toEqual({kind: 'unfinished'});
  });

  it('of 2024 and 2025, with rates in bits per second', () => {
    const rows = read(
      'ID,ISP,Server Location,Service,Server ID,Server name,Download,Upload,Ping,Packet loss,Download jitter,Upload jitter,Ping jitter,Upload latency high,Upload latency low,Upload latency avg,Download latency high,Download latency low,Download latency avg,Result url,Status,Scheduled,Created at',
      '17,Example Net,Berlin,Ookla,3692,Example Telecom,941234568,43456872,11.25,0.5,3.5,4.5,0.75,99.5,12.5,41.5,88.5,11.5,31.5,https://speed.example/result,Completed,Yes,2026-03-01 07:07:21',
      '18,,,Ookla,,,,,,,,,,,,,,,,,Failed,No,2026-03-01 08:07:21',
    );
    expect(rows[0]?.imported).toMatchObject({
      kind: 'result',
      key: 'tracker:["wan",17,"2026-03-01 07:07:21"]',
      result: {
        scheduled: true,
        endedAtMs: Date.parse('2026-03-01T06:07:21Z'),
        measurement: {
          server: {id: '3692', name: 'Example Telecom', location: 'Berlin'},
          isp: 'Example Net',
          ping: {latencyMs: 11.25, jitterMs: 0.75},
          download: {
            bytesPerSecond: 117654321,
            latency: {iqmMs: 31.5, lowMs: 11.5, highMs: 88.5, jitterMs: 3.5},
          },
          upload: {bytesPerSecond: 5432109},
          packetLossPercent: 0.5,
        },
      },
    });
    expect(rows[1]?.imported).toMatchObject({kind: 'result', result: {status: 'failed', scheduled: false}});
  });

  it('of 2024 and 2025, also with its rates in scientific notation, as spreadsheets save them', () => {
    const [row] = read(
      'ID,Download,Upload,Ping,Status,Created at',
      '17,9.41E+08,+4.3e7,11.25,Completed,2026-03-01 07:07:21',
    );
    expect(row?.imported).toMatchObject({
      result: {
        measurement: {download: {bytesPerSecond: 117_625_000}, upload: {bytesPerSecond: 5_375_000}},
      },
    });
  });

  it('of 2026, with a column for each value and rates in bytes per second', () => {
    const {
      id,
      service,
      status,
      scheduled: _scheduled,
      healthy: _healthy,
      created_at,
      updated_at,
      ...values
    } = splitTrackerRow();
    const names = Object.keys(values).toSorted((a, b) => Number(a > b));
    const order = ['ping', ...names.filter((name) => name !== 'ping')];
    const [row] = read(
      csv([
        'ID',
        'Service',
        'Status',
        'Scheduled',
        'Healthy',
        ...order.map(titleOf),
        'Created at',
        'Updated at',
      ]),
      csv([id, service, status, 'Yes', 'Yes', ...order.map((name) => values[name]), created_at, updated_at]),
    );
    expect(row?.imported).toEqual(readTracker(splitTrackerRow(), reading()));
  });

  it('of 2023, with rates in bytes per second and times in UTC', () => {
    const rows = read(
      'id,ping,download,upload,server id,server url,server name,result url,scheduled,successful,data,created at',
      csv([
        ...[3, 11.25, 117654321, 5432109, 3692, 'speed.example', 'Example Telecom', '', 1, 1],
        JSON.stringify(recorded),
        '2023-03-01T06:07:21.000000Z',
      ]),
      '4,,,,,,,,0,0,,2023-03-01T07:07:21.000000Z',
    );
    expect(rows[0]?.imported).toMatchObject({
      result: {
        status: 'completed',
        measurement: {server: {host: 'speed.example:8080'}, download: {bytesPerSecond: 117654321}},
      },
    });
    expect(rows[1]?.imported).toMatchObject({result: {status: 'failed', scheduled: false}});
  });

  it('that says No for healthy does not know it', () => {
    const lines = ['ID,Healthy,Ping,Download,Created at', '1,No,5,100,2026-03-01 07:07:21'];
    const [row] = read(...lines);
    expect(row?.imported).toMatchObject({kind: 'result', result: {status: 'completed'}});
    expect(JSON.stringify(row)).not.toContain('healthy');
  });

  it('is read in the order of its numbers, for an hour that comes twice', () => {
    const rows = read(
      'ID,Ping,Download,Created at',
      '3,5,100,2026-10-25 02:07:00',
      '2,5,100,2026-10-25 02:07:00',
      '1,5,100,2026-10-25 01:07:00',
    );
    const times = rows.map(({imported}) => (imported.kind === 'result' ? imported.result.endedAtMs : 0));
    expect(rows.map(({place}) => place)).toEqual(['line 4', 'line 3', 'line 2']);
    expect(times).toEqual(
      ['23:07Z', '00:07Z', '01:07Z'].map((_, hour) => Date.UTC(2026, 9, 24, 23 + hour, 7)),
    );
  });

  it('has wrong lines, told by number', () => {
    const rows = read(
      'ID,Status,Ping,Download,Created at',
      '1,Completed,5,100',
      '2,Abgeschlossen,5,100,2026-03-01 07:07:21',
      '3,Completed,5,fast,2026-03-01 07:07:21',
      '4,Completed,5,100,"2026-03-01 07:07:21',
    );
    expect(rows).toEqual([
      {place: 'line 2', imported: {kind: 'wrong', problem: 'not as many columns as the first line, 5'}},
      {place: 'line 3', imported: {kind: 'wrong', problem: 'status "abgeschlossen" is not known'}},
      {place: 'line 4', imported: {kind: 'wrong', problem: expect.stringMatching(/^download: /)}},
      {place: 'line 5', imported: {kind: 'wrong', problem: 'not as many columns as the first line, 5'}},
    ]);
  });

  it.each([
    [
      '',
      'results.csv has no column "ID": is it an export of Speedtest Tracker, made while that speaks English?',
    ],
    [
      'ID,Erstellt am',
      'results.csv has no column "Created at": is it an export of Speedtest Tracker, made while that speaks English?',
    ],
    [
      'ID,Download,Created at',
      'results.csv does not tell the unit of its rates: export it with the column Ping',
    ],
  ])('is none with the columns %j', (head, message) => {
    expect(() => read(head)).toThrow(SourceError);
    expect(() => read(head)).toThrow(message);
  });
});
