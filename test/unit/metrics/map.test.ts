import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {JournalRow} from '../../../src/journal/row.ts';
import {catalog, profiles} from '../../../src/metrics/catalog.ts';
import {createMapping, type MappingSettings} from '../../../src/metrics/map.ts';
import {completedRow, failedRow, fullMeasurement, skippedRow} from '../../fixtures/results.ts';

const settings: MappingSettings = {
  profiles: ['documented'],
  prefix: 'speedtest_tracker_',
  appName: 'speedtest-bridge',
  volatileLabels: 'series',
  jobLabels: new Map(),
};

const valuesOf = (samples: ReturnType<ReturnType<typeof createMapping>>) =>
  Object.fromEntries(samples.map(({name, value}) => [name, value]));

/** What every profile has beside its own names. */
const status = ['success', 'result_timestamp_seconds', 'last_success_timestamp_seconds', 'result_info'];
const extra = 'responsiveness_rpm';

describe('the profile documented', () => {
  it('has exactly the fifteen documented metrics, with the values that the engine gave', () => {
    const values = valuesOf(createMapping({...settings, prefix: ''})(completedRow()));
    for (const name of [...status, extra]) delete values[name];
    expect(values).toEqual({
      download_bytes: 117_654_321.25,
      upload_bytes: 5_432_109.5,
      download_bits: 941_234_570,
      upload_bits: 43_456_876,
      ping: 11.25,
      ping_jitter: 0.75,
      download_jitter: 3.5,
      upload_jitter: 4.5,
      download_latency_avg: 31.5,
      download_latency_high: 88.5,
      download_latency_low: 11.5,
      upload_latency_avg: 41.5,
      upload_latency_high: 99.5,
      upload_latency_low: 12.5,
      packet_loss: 0.5,
    });
  });

  it('has exactly the nine documented labels on each of them, sorted', () => {
    const [sample] = createMapping(settings)(completedRow({healthy: true}));
    expect(sample?.labels).toEqual([
      ['app_name', 'speedtest-bridge'],
      ['healthy', 'true'],
      ['isp', 'Example Net'],
      ['scheduled', 'true'],
      ['server_country', 'Germany'],
      ['server_id', '1234'],
      ['server_location', 'Berlin'],
      ['server_name', 'Example Server'],
      ['status', 'completed'],
    ]);
  });

  it('leaves an unknown healthy out rather than calling it false', () => {
    const labels = createMapping(settings)(completedRow()).flatMap((sample) => sample.labels);
    expect(labels.map(([name]) => name)).not.toContain('healthy');
  });
});

describe('the other profiles', () => {
  it('tracker-v1 has the names that its dashboards query', () => {
    const values = valuesOf(createMapping({...settings, profiles: ['tracker-v1']})(completedRow()));
    expect(values).toMatchObject({
      speedtest_tracker_download_bits: 941_234_570,
      speedtest_tracker_ping_ms: 11.25,
      speedtest_tracker_ping_low_ms: 10.5,
      speedtest_tracker_ping_high_ms: 19.5,
      speedtest_tracker_download_latency_iqm_ms: 31.5,
      speedtest_tracker_packet_loss_percent: 0.5,
      speedtest_tracker_result_id: 7,
      speedtest_tracker_downloaded_bytes: 1_176_543_212,
      speedtest_tracker_upload_elapsed_ms: 10_003.5,
    });
    expect(values).not.toHaveProperty('speedtest_tracker_ping');
  });

  it('base-units converts to seconds and ratios', () => {
    const values = valuesOf(
      createMapping({...settings, prefix: '', profiles: ['base-units']})(completedRow()),
    );
    expect(values).toMatchObject({
      download_bytes_per_second: 117_654_321.25,
      ping_seconds: 0.01125,
      packet_loss_ratio: 0.005,
      upload_latency_high_seconds: 0.0995,
      test_uploaded_bytes: 54_321_095,
      download_duration_seconds: 10.0025,
    });
    expect(Object.keys(values)).not.toContain('download_bits');
  });

  it('several profiles are on at once, a shared name coming once', () => {
    const names = createMapping({...settings, profiles: [...profiles]})(completedRow()).map(({name}) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('speedtest_tracker_ping');
    expect(names).toContain('speedtest_tracker_ping_ms');
    expect(names).toContain('speedtest_tracker_ping_seconds');
  });

  it.each(profiles)('%s has the responsiveness of the slower direction', (profile) => {
    const map = createMapping({...settings, prefix: '', profiles: [profile]});
    expect(valuesOf(map(completedRow()))[extra]).toBe(1434.5);
    const {upload, ...others} = fullMeasurement;
    expect(valuesOf(map(completedRow({measurement: others})))[extra]).toBe(1875);
    const {responsivenessRpm, ...download} = fullMeasurement.download ?? {bytesPerSecond: 0};
    expect(valuesOf(map(completedRow({measurement: {...others, download}})))).not.toHaveProperty(extra);
  });

  it('no profile gives two rows of the table one name', () => {
    for (const profile of profiles) {
      const names = catalog.map((entry) => entry[profile]).filter((naming) => naming !== undefined);
      const plain = names.map((naming) => (typeof naming === 'string' ? naming : naming[0]));
      expect(new Set(plain).size).toBe(plain.length);
    }
  });
});

describe('what is missing', () => {
  it('a failed test has no numbers, never zeros, and says why', () => {
    const samples = createMapping(settings)(failedRow());
    expect(valuesOf(samples)).toEqual({
      speedtest_tracker_success: 0,
      speedtest_tracker_result_timestamp_seconds: 1_790_000_100,
      speedtest_tracker_last_success_timestamp_seconds: 1_790_000_000,
      speedtest_tracker_result_info: 1,
    });
    expect(Object.fromEntries(samples.at(-1)?.labels ?? [])).toMatchObject({
      failure: 'timeout',
      reason: 'no result within 120 s',
      engine: 'librespeed',
      job_name: 'wan',
      status: 'failed',
    });
  });

  it('a failed test keeps its number in tracker-v1', () => {
    const values = valuesOf(createMapping({...settings, profiles: ['tracker-v1']})(failedRow()));
    expect(values['speedtest_tracker_result_id']).toBe(8);
  });

  it('a skipped test says so', () => {
    const labels = createMapping(settings)(skippedRow()).at(-1)?.labels ?? [];
    expect(Object.fromEntries(labels)).toMatchObject({failure: 'skipped-overlap', status: 'skipped'});
  });

  it('a measurement without a part leaves that part out', () => {
    const {engine, server} = fullMeasurement;
    const row = completedRow({
      measurement: {engine, server, ping: {latencyMs: 5}, download: {bytesPerSecond: 0}},
    });
    const names = createMapping({...settings, prefix: ''})(row).map(({name}) => name);
    expect(names).toEqual(['download_bytes', 'download_bits', 'ping', ...status]);
  });

  it('a number that is none is left out', () => {
    const {engine, server} = fullMeasurement;
    const row = completedRow({measurement: {engine, server, packetLossPercent: Number.NaN}});
    expect(createMapping({...settings, prefix: ''})(row).map(({name}) => name)).toEqual(status);
  });
});

describe('labels', () => {
  it('volatile ones can move to the info metric, which then is the only series that changes', () => {
    const mapping = createMapping({...settings, volatileLabels: 'info'});
    const [first, info] = [mapping(completedRow())[0], mapping(completedRow()).at(-1)];
    expect(first?.labels.map(([name]) => name)).not.toContain('status');
    expect(Object.fromEntries(info?.labels ?? [])).toMatchObject({status: 'completed', scheduled: 'true'});
  });

  it('a job adds its own', () => {
    const mapping = createMapping({...settings, jobLabels: new Map([['wan', {line: 'fibre'}]])});
    expect(mapping(completedRow())[0]?.labels).toContainEqual(['line', 'fibre']);
  });

  it('a lone surrogate, which has no UTF-8 form, becomes the replacement character', () => {
    const row = completedRow({measurement: {...fullMeasurement, isp: 'a\ud800b'}});
    expect(createMapping(settings)(row)[0]?.labels).toContainEqual(['isp', 'a\ufffdb']);
  });

  it('job and instance are never among them', () => {
    const names = createMapping(settings)(completedRow()).flatMap(({labels}) => labels.map(([name]) => name));
    expect(names).not.toContain('job');
    expect(names).not.toContain('instance');
  });
});

describe('label lists', () => {
  const listsOf = (mapping: ReturnType<typeof createMapping>, row: JournalRow) => {
    const samples = mapping(row);
    return [samples[0]?.labels, samples.at(-1)?.labels];
  };

  it("are the very same ones while a job's results say the same", () => {
    const mapping = createMapping(settings);
    const first = listsOf(mapping, completedRow());
    // Other jobs in between, and other numbers, change nothing.
    const other = listsOf(mapping, completedRow({job: 'lan'}));
    const ping = {latencyMs: 99};
    const [series, info] = listsOf(
      mapping,
      structuredClone(completedRow({measurement: {...fullMeasurement, ping}})),
    );
    expect(series).toBe(first[0]);
    expect(info).toBe(first[1]);
    expect(other[1]).not.toBe(info);
  });

  it('are those of each result by itself, whatever came before it', () => {
    const text = fc.constantFrom(undefined, '', 'a', 'b');
    const result = fc.oneof(
      fc
        .record({isp: text, id: text, version: text, healthy: fc.constantFrom(undefined, true, false)})
        .map(({isp, id, version, healthy}) =>
          completedRow({
            ...(healthy !== undefined && {healthy}),
            measurement: {
              engine: {name: 'ookla', ...(version !== undefined && {version})},
              server: id === undefined ? {} : {id},
              ...(isp !== undefined && {isp}),
            },
          }),
        ),
      fc.constantFrom('one', 'two').map((reason) => failedRow({failure: {class: 'dns', reason}})),
      fc.boolean().map((scheduled) => skippedRow({scheduled})),
    );
    fc.assert(
      fc.property(fc.array(result), fc.constantFrom('series', 'info'), (rows, volatileLabels) => {
        const mapping = createMapping({...settings, volatileLabels});
        for (const row of rows) {
          expect(mapping(row)).toEqual(createMapping({...settings, volatileLabels})(row));
        }
      }),
    );
  });
});

it('maps the same result to the same series at any time', () => {
  const mapping = createMapping(settings);
  expect(mapping(completedRow())).toEqual(createMapping(settings)(structuredClone(completedRow())));
});

describe('units', () => {
  it('are those in which the names end, and none where another profile has the number', () => {
    const units = (profiles: MappingSettings['profiles']) =>
      createMapping({...settings, profiles})(completedRow()).map(({name, unit}) => [name, unit]);
    const base = units(['base-units']);
    expect(base).toEqual(
      expect.arrayContaining([
        ['speedtest_tracker_download_bytes_per_second', 'bytes_per_second'],
        ['speedtest_tracker_ping_seconds', 'seconds'],
        ['speedtest_tracker_packet_loss_ratio', 'ratio'],
        ['speedtest_tracker_test_downloaded_bytes', 'bytes'],
        ['speedtest_tracker_result_timestamp_seconds', 'seconds'],
        ['speedtest_tracker_success', undefined],
      ]),
    );
    for (const [name, unit] of base) expect(unit === undefined || name?.endsWith(`_${unit}`)).toBe(true);
    // Its name says bytes, and it is a rate.
    expect(units(['documented'])).toContainEqual(['speedtest_tracker_download_bytes', undefined]);
  });
});
