import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {importLine, progressLine} from '../../../src/cli/progress.ts';
import type {Progress} from '../../../src/engine/engine.ts';

const download = {
  phase: 'download',
  bytesPerSecond: 117_654_321,
  bytes: 825_200_000,
  latencyMs: 39.8,
  fraction: 0.5,
} as const;

it.each<[number, Progress, string]>([
  [79, download, 'download    ████████████░░░░░░░░░░░░   941 Mbit/s  39.8 ms loaded   825 MB'],
  [57, download, 'download    ████████░░░░░░░░   941 Mbit/s  39.8 ms loaded'],
  [39, download, 'download    ███████░░░░░░░   941 Mbit/s'],
  [30, download, 'download    941 Mbit/s'],
  [15, download, 'download    941'],
  [79, {...download, fraction: 7}, `download    ${'█'.repeat(24)}   941 Mbit/s  39.8 ms loaded   825 MB`],
  [
    79,
    {phase: 'upload', bytesPerSecond: 0.5, bytes: 0, fraction: -1},
    `upload      ${'░'.repeat(24)}      4 bit/s                      0 B`,
  ],
  [
    79,
    {...download, bytesPerSecond: 3e12, bytes: 30e12, latencyMs: 12_345, fraction: 1},
    `download    ${'█'.repeat(24)}  24.0 Tbit/s  12345 ms loaded  30.0 TB`,
  ],
  [39, {phase: 'ping', latencyMs: 0.213, fraction: 0.25}, 'ping        █████░░░░░░░░░░░░░  0.21 ms'],
  [
    79,
    {phase: 'packet-loss', sent: 250, received: 243, fraction: 0.5},
    'packet-loss ████████████░░░░░░░░░░░░   243 of  250 received',
  ],
  [24, {phase: 'packet-loss', sent: 250, received: 243, fraction: 0.5}, 'packet-loss 243 of  250 '],
  [79, {phase: 'connect', server: 'Example Net, Berlin'}, 'connect     Example Net, Berlin'],
  [20, {phase: 'connect', server: 'Example Net, Berlin'}, 'connect     Example '],
  [18, {phase: 'connect', server: '東京サーバー'}, 'connect     東京サ'],
  [79, {phase: 'connect', server: 'a\u001b[2Jb\r\nc\u202ed'}, 'connect     a [2Jb c d'],
])('in %i columns of %j', (columns, event, line) => {
  expect(progressLine(event, columns)).toBe(line);
});

describe('any event', () => {
  const measured = fc.double({min: 0, noDefaultInfinity: true, noNaN: true});
  const fraction = fc.double({min: -1, max: 2, noNaN: true});
  const event: fc.Arbitrary<Progress> = fc.oneof(
    fc.record({phase: fc.constant('connect' as const), server: fc.string({unit: 'binary'})}),
    fc.record({phase: fc.constant('ping' as const), latencyMs: measured, fraction}),
    fc.record({phase: fc.constant('packet-loss' as const), sent: fc.nat(), received: fc.nat(), fraction}),
    fc.record({
      phase: fc.constantFrom('download', 'upload'),
      bytesPerSecond: measured,
      bytes: measured,
      latencyMs: measured,
      fraction,
    }),
  );

  it('fits into any terminal, on one line', () => {
    fc.assert(
      fc.property(event, fc.integer({min: 1, max: 200}), (told, columns) => {
        const line = progressLine(told, columns);
        expect([...line].length).toBeLessThanOrEqual(columns);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('the line of an import', () => {
  const counts = {imported: 12_345, known: 0, wrong: 0};

  it('shows how far it is', () => {
    expect(importLine(0.5, counts, 60)).toBe(`${'█'.repeat(12)}${'░'.repeat(12)}  12345 imported  50 %`);
    expect(importLine(1, {imported: 5, known: 3, wrong: 1}, 80)).toMatch(
      /^█+ {2}5 imported, 3 there already, 1 left out {2}100 %$/,
    );
  });

  it('is never wider than the terminal', () => {
    for (let columns = 1; columns < 100; columns += 1) {
      const line = importLine(0.333, {imported: 99_999, known: 5, wrong: 7}, columns);
      expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('has no bar where the length of the source is not known', () => {
    expect(importLine(undefined, counts, 80)).toBe('12345 imported');
  });
});
