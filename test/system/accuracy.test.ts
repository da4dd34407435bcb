import {expect, it, onTestFinished} from 'vitest';
import {lossProblem} from '../accuracy/loss-judge.ts';
import {measureLoss, startLossyWay} from '../accuracy/lossy-way.ts';
import {createNetwork, networkHindrance} from '../accuracy/network.ts';
import {type Direction, icmpRoundTripMs, iperf3Rate, measure, startReflector} from '../accuracy/programs.ts';

const hindrance = await networkHindrance();
if (hindrance !== undefined) console.warn(`accuracy is not tested: ${hindrance}`);

const seconds = 3;

// The short form of test/accuracy. Other work on the machine can spoil one run, hence the tolerances and the retries.
it.skipIf(hindrance !== undefined)('measures a line as iperf3 and ICMP do', {retry: 2}, async () => {
  const network = await createNetwork();
  onTestFinished(network.close);
  await network.shape({bitsPerSecond: 50e6, queueMs: 30});
  const url = await startReflector(network);
  const measured = await measure(network, url, {seconds});
  for (const direction of ['download', 'upload'] satisfies Direction[]) {
    const ratio = measured[direction].bytesPerSecond / (await iperf3Rate(network, direction, {seconds}));
    expect(ratio, `${direction} in relation to iperf3's`).toBeGreaterThan(0.95);
    expect(ratio, `${direction} in relation to iperf3's`).toBeLessThan(1.05);
  }
  expect(Math.abs(measured.ping.latencyMs - (await icmpRoundTripMs(network)))).toBeLessThan(2);
});

// Which datagrams are lost is decided by the seed, so that neither chance nor other work makes a difference.
it('measures how many datagrams a way loses', async () => {
  const probability = 0.2;
  const way = await startLossyWay(probability, 2026);
  const percent = await measureLoss(way.url, {seconds: 2});
  expect(way.sent()).toBe(100);
  expect(lossProblem({percent, probability, sent: way.sent(), dropped: way.dropped()})).toBeUndefined();
});
