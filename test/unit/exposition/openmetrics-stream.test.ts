import {readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {type DatedSample, encodeOpenMetrics} from '../../../src/exposition/openmetrics.ts';
import {streamOpenMetrics} from '../../../src/exposition/openmetrics-stream.ts';
import type {Labels} from '../../../src/metrics/sample.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

async function* inBatches(samples: readonly DatedSample[], size: number) {
  for (let start = 0; start < samples.length; start += size) yield samples.slice(start, start + size);
}

const textOf = async (pieces: AsyncIterable<string>): Promise<string> => {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
};

const firstLabels: Labels = [['x', '1']];
// Two lists of the same labels, as a mapping may give them.
const labels: fc.Arbitrary<Labels> = fc.constantFrom(firstLabels, [...firstLabels], [['x', '"2"']], []);
const samples: fc.Arbitrary<readonly DatedSample[]> = fc
  .array(fc.record({name: fc.constantFrom('a', 'b', 'c'), labels, value: fc.double({noNaN: true})}), {
    size: '+1',
  })
  .map((given) => given.map((each, index) => ({...each, help: `Help of ${each.name}.`, timestampMs: index})));

/** Points enough for a file, of two metrics. */
const many: readonly DatedSample[] = Array.from({length: 5000}, (_, index) => ({
  name: index % 2 === 0 ? 'a' : 'b',
  help: 'Help.',
  labels: index % 6 < 3 ? firstLabels : [],
  value: index / 4,
  timestampMs: 1_790_000_000_000 + index,
}));

/** The files that this process has open in a folder. */
const openIn = (folder: string): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return []; // closed meanwhile
    }
  });

it('writes what the encoder makes of all samples at once', async () => {
  await fc.assert(
    fc.asyncProperty(samples, fc.integer({min: 1, max: 20}), async (given, size) => {
      expect(await textOf(streamOpenMetrics(inBatches(given, size)))).toBe(encodeOpenMetrics(given));
    }),
  );
});

it('writes the same from a file, which has no name and is gone afterwards', async () => {
  const folder = temporaryFolder();
  async function* watched() {
    yield* inBatches(many, 100);
    expect(openIn(folder)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  }
  expect(await textOf(streamOpenMetrics(watched(), {folder, mostBlocks: 2}))).toBe(encodeOpenMetrics(many));
  expect(openIn(folder)).toEqual([]);
});

it('begins before it has read all, and leaves no file behind when it is broken off', async () => {
  const folder = temporaryFolder();
  const endless = async function* () {
    for (;;) yield* inBatches(many, 100);
  };
  const pieces = streamOpenMetrics(endless(), {folder, mostBlocks: 2});
  expect(await pieces.next()).toMatchObject({done: false, value: expect.stringMatching(/^# TYPE a gauge\n/)});
  expect(openIn(folder)).toHaveLength(1);
  await pieces.return(undefined);
  expect(openIn(folder)).toEqual([]);
});

it('fails where the file can not be made', async () => {
  const folder = join(temporaryFolder(), 'none');
  await expect(textOf(streamOpenMetrics(inBatches(many, 100), {folder, mostBlocks: 2}))).rejects.toThrow(
    /ENOENT.*none/,
  );
});
