import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {median} from '../../src/engine/native/statistics.ts';
import {collectFigures} from './figures.ts';
import {createNetwork, type Line, type Network, networkHindrance} from './network.ts';
import {
  type Direction,
  icmpRoundTripMs,
  iperf3Rate,
  type Measured,
  measure,
  startReflector,
} from './programs.ts';

const hindrance = await networkHindrance();
if (hindrance !== undefined) console.warn(`accuracy is not tested: ${hindrance}`);

const directions = ['download', 'upload'] as const;
const rounds = 5;
const seconds = 8;

describe.skipIf(hindrance !== undefined)('a shaped line', () => {
  const addFigure = collectFigures();
  let network: Network;
  let url: string;
  beforeAll(async () => {
    network = await createNetwork();
    url = await startReflector(network);
  });
  afterAll(() => network?.close());

  const expectWithin = (
    what: string,
    measured: number,
    reference: number,
    unit: string,
    part: number,
  ): void => {
    addFigure({what, measured, reference, unit});
    expect(
      Math.abs(measured / reference - 1),
      `${what}: ${measured} against ${reference} ${unit}`,
    ).toBeLessThan(part);
  };

  it.each([10, 100, 500, 1000])('of %i Mbit/s is measured as iperf3 does', async (megabits) => {
    await network.shape({bitsPerSecond: megabits * 1e6, queueMs: 30});
    const ours: Measured[] = [];
    const iperf3: Record<Direction, number[]> = {download: [], upload: []};
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await measure(network, url, {seconds}));
      for (const direction of directions)
        iperf3[direction].push(await iperf3Rate(network, direction, {seconds}));
    }
    for (const direction of directions) {
      const rate = median(ours.map((each) => each[direction].bytesPerSecond));
      const [measured = 0, reference = 0] = [rate, median(iperf3[direction])].map((each) => (each * 8) / 1e6);
      expectWithin(`${direction} at ${megabits} Mbit/s`, measured, reference, 'Mbit/s', 0.01);
    }
  });

  it('has the idle latency that ICMP sees', async () => {
    await network.shape({bitsPerSecond: 100e6, queueMs: 30});
    const {ping} = await measure(network, url, {seconds: 1});
    const reference = await icmpRoundTripMs(network);
    addFigure({what: 'idle latency', measured: ping.latencyMs, reference, unit: 'ms'});
    expect(Math.abs(ping.latencyMs - reference)).toBeLessThan(0.3);
  });

  // Many connections: when a loss makes one of them send half as fast, the queue hardly gets shorter.
  it.each<Line>([
    {bitsPerSecond: 100e6, queueMs: 50},
    {bitsPerSecond: 20e6, queueMs: 200},
  ])('has the loaded latency of its queue of $queueMs ms', async (line) => {
    await network.shape(line);
    const measured = await measure(network, url, {seconds, connections: 64});
    for (const direction of directions) {
      const what = `${direction} latency with a queue of ${line.queueMs} ms`;
      expectWithin(what, measured[direction].latency.iqmMs, line.queueMs, 'ms', 0.1);
    }
  });
});
