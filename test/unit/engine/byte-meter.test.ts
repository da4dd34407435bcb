import {expect, it} from 'vitest';
import {createByteMeter} from '../../../src/engine/byte-meter.ts';

const transfer = (phase: 'download' | 'upload', bytes: number) =>
  ({phase, bytes, bytesPerSecond: 1, fraction: 0}) as const;

it('adds up the phases, also of several servers', () => {
  const meter = createByteMeter();
  expect(meter.take()).toBe(0);
  meter.see({phase: 'connect', server: 'a'});
  meter.see(transfer('download', 10));
  meter.see(transfer('download', 30));
  meter.see(transfer('upload', 40));
  expect(meter.take()).toBe(70);
  meter.see(transfer('upload', 45));
  meter.see({phase: 'ping', latencyMs: 1, fraction: 0});
  meter.see(transfer('upload', 3));
  meter.see(transfer('upload', 2));
  expect(meter.take()).toBe(10);
  expect(meter.take()).toBe(0);
});
