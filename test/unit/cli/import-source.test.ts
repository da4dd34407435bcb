import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {ImportKind} from '../../../src/cli/import-kinds.ts';
import {importSource, type SourceOptions} from '../../../src/cli/import-source.ts';
import type {SourceRow} from '../../../src/import/source.ts';
import {recorded} from '../../fixtures/ookla.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const config = {jobs: [{name: 'wan'}, {name: 'lte'}]};

const readAll = async (
  given: SourceOptions,
  configured: Parameters<typeof importSource>[0] = config,
): Promise<readonly SourceRow[]> => {
  const rows: SourceRow[] = [];
  const source = importSource(configured, given);
  for await (const batch of source.batches(new AbortController().signal)) rows.push(...batch.rows);
  return rows;
};

const trackerExport = 'ID,Ping,Download,Created at\n1,11.25,117654321,2026-03-01 07:07:42\n';
const backup =
  'id,ping,download,upload,created_at,updated_at\n1,11.25,941.2,43.4,"2026-03-01 07:07:42","2026-03-01 07:07:42"\n';
const entry = {id: 1, ping: 11.25, download: 941.2, upload: 43.4, created_at: '2026-03-01 07:07:42'};
const run = {timestamp: '2026-03-01T06:07:42Z', download: 9e8, upload: 4e7, ping: 11.25};

describe('a source to import from', () => {
  it.each<[ImportKind, string]>([
    ['tracker-csv', trackerExport],
    ['old-tracker-csv', backup],
    ['old-tracker-json', JSON.stringify([entry])],
    ['ookla-json', JSON.stringify(recorded)],
    ['speedtest-cli-json', JSON.stringify(run)],
    ['speedtest-cli-csv', '1,a,b,2026-03-01T06:07:42Z,1,11.25,9e8,4e7,,192.0.2.1\n'],
  ])('of kind %s gives what is in it, of the first job or the one that is named', async (kind, content) => {
    const source = join(temporaryFolder(), 'file');
    writeFileSync(source, content);
    const given = {kind, source, timeZone: 'Europe/Berlin'};
    const result = {endedAtMs: Date.parse('2026-03-01T06:07:42Z'), measurement: {ping: {latencyMs: 11.25}}};
    expect(await readAll(given)).toMatchObject([
      {imported: {kind: 'result', result: {...result, job: 'wan'}}},
    ]);
    expect(await readAll({...given, job: 'lte'})).toMatchObject([{imported: {result: {job: 'lte'}}}]);
  });

  it.each<[ImportKind, string, string]>([
    ['tracker-csv', trackerExport, 'home'],
    ['old-tracker-csv', backup, 'wan'],
  ])('of kind %s has the job of the configured tracker where that is its own', async (kind, content, job) => {
    const source = join(temporaryFolder(), 'file');
    writeFileSync(source, content);
    const given = {kind, source, timeZone: 'Europe/Berlin'};
    const configured = {...config, tracker: {job: 'home'}};
    expect(await readAll(given, configured)).toMatchObject([{imported: {result: {job}}}]);
    expect(await readAll({...given, job: 'lte'}, configured)).toMatchObject([
      {imported: {result: {job: 'lte'}}},
    ]);
  });

  it('has to be told the zone of times that name none', async () => {
    const source = join(temporaryFolder(), 'backup.csv');
    writeFileSync(source, backup);
    await expect(readAll({kind: 'old-tracker-csv', source})).rejects.toThrow(
      `${source} has times without a zone, such as 2026-03-01 07:07:42: say with --timezone `,
    );
  });

  const api = {kind: 'tracker-api', source: 'http://127.0.0.1:9'} as const;
  const emptyFile = (): string => {
    const path = join(temporaryFolder(), 'token');
    writeFileSync(path, '\n');
    return path;
  };
  it.each<[() => SourceOptions, RegExp]>([
    [
      () => ({...api, timeZone: 'Berlin'}),
      /^Berlin is no IANA time zone such as Europe\/Berlin \(--timezone\)$/,
    ],
    [() => api, /^tracker-api needs --token-file: /],
    [() => ({...api, tokenFile: emptyFile()}), /token holds no token \(--token-file\)$/],
    [() => ({...api, tokenFile: '/none'}), /^\/none cannot be read: ENOENT.* \(--token-file\)$/],
    [() => ({...api, source: 'speed.example'}), /^speed\.example is no address such as /],
  ])('is refused by name: %s', (given, message) => {
    expect(() => importSource(config, given())).toThrow(message);
  });

  it('needs a job', () => {
    expect(() => importSource({jobs: []}, {kind: 'ookla-json', source: '-'})).toThrow(
      'the configuration has no job: name one with --job',
    );
  });
});
