import {appendFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {lineSource, linesOf, wholeSource} from '../../../src/import/input.ts';
import type {Batch, Source} from '../../../src/import/source.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const fileOf = (content: string): string => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  return path;
};

const batchesOf = async (
  source: Source,
  signal = new AbortController().signal,
): Promise<readonly Batch[]> => {
  const batches: Batch[] = [];
  for await (const batch of source.batches(signal)) batches.push(batch);
  return batches;
};

const wrong = (problem: string) => ({kind: 'wrong', problem}) as const;

it('reads lines with their numbers, empty ones and those passed over aside', async () => {
  const path = fileOf('\ufefffirst\r\n\r\nhead\nlast');
  const source = lineSource(path, (line) => (line === 'head' ? undefined : wrong(line)));
  expect(await batchesOf(source)).toEqual([
    {
      rows: [
        {place: 'line 1', imported: wrong('first')},
        {place: 'line 4', imported: wrong('last')},
      ],
      fraction: 1,
    },
  ]);
});

it('gives rows in batches, and tells how far it is', async () => {
  const content = Array.from({length: 1200}, (_, index) => `${index}`.padStart(500, '0')).join('\n');
  const fromLines = await batchesOf(lineSource(fileOf(content), wrong));
  const rows = content.split('\n').map((line, index) => ({place: `${index}`, imported: wrong(line)}));
  const fromWhole = await batchesOf(wholeSource(fileOf(content), 'entries', () => rows));
  for (const batches of [fromLines, fromWhole]) {
    expect(batches.map(({rows: {length}}) => length)).toEqual([500, 500, 200]);
    expect(batches.at(-1)?.fraction).toBe(1);
    expect(batches[0]?.fraction).toBeLessThan(1);
  }
});

/** What comes of a text for each of its pieces, and at its end. */
const linesFrom = async (pieces: Iterable<string>): Promise<readonly (readonly (string | undefined)[])[]> => {
  const given: (readonly (string | undefined)[])[] = [];
  for await (const lines of linesOf(Readable.from(pieces))) given.push(lines);
  return given;
};

it('gives the same lines however the text is cut into pieces', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({unit: fc.constantFrom('a', 'é', '\r', '\n'), minLength: 1})),
      async (pieces) => {
        const given = await linesFrom(pieces);
        expect(given).toHaveLength(pieces.length + 1);
        expect(given.flat()).toEqual(pieces.join('').split(/\r?\n/));
      },
    ),
  ));

it('takes a line of 64 Mi characters, and passes over longer ones to their ends', async () => {
  const pieces = Array.from({length: 64}, () => 'x'.repeat(1024 * 1024));
  const given = await linesFrom([...pieces, '\n', ...pieces, 'x', 'x\nnext\n', ...pieces, 'x']);
  expect(given.flat().map((line) => line?.length)).toEqual([64 * 1024 * 1024, undefined, 4, undefined]);
});

it('leaves out a line that is too long, and goes on behind it', async () => {
  const path = fileOf('first\n');
  truncateSync(path, 6 + 64 * 1024 * 1024 + 1);
  appendFileSync(path, '\nlast');
  const rows = (await batchesOf(lineSource(path, wrong))).flatMap((batch) => batch.rows);
  expect(rows).toEqual([
    {place: 'line 1', imported: wrong('first')},
    {place: 'line 2', imported: wrong('more than 64 Mi characters, which is no result')},
    {place: 'line 3', imported: wrong('last')},
  ]);
});

it('reads a whole file without its byte order mark', async () => {
  const source = wholeSource(fileOf('\ufeffall of it'), 'entries', (content) => [
    {place: 'entry 1', imported: wrong(content)},
  ]);
  expect((await batchesOf(source))[0]?.rows[0]?.imported).toEqual(wrong('all of it'));
});

it('names a file that can not be read', async () => {
  const missing = join(temporaryFolder(), 'none');
  const folder = temporaryFolder();
  for (const [path, code] of [
    [missing, 'ENOENT'],
    [folder, 'EISDIR'],
  ] as const) {
    for (const source of [lineSource(path, wrong), wholeSource(path, 'entries', () => [])]) {
      await expect(batchesOf(source)).rejects.toMatchObject({
        name: 'SourceError',
        kind: 'unusable',
        message: expect.stringContaining(`${path} cannot be read: ${code}`),
      });
    }
  }
});

it('stops when it is told to', async () => {
  const aborted = AbortSignal.abort(new Error('told to stop'));
  await expect(batchesOf(lineSource(fileOf('a'), wrong), aborted)).rejects.toThrow('told to stop');
});
