import type {JournalRow} from '../../src/journal/row.ts';
import {createSentLabels} from '../../src/remote-write/labels.ts';
import type {CompletedTest, LoadedLatency, Transfer} from '../../src/result.ts';
import {documentedMapping} from '../fixtures/documented-mapping.ts';

/** The configuration's part in what is sent: the defaults. */
export const map = documentedMapping;
export const destinationLabels = {job: 'speedtest', instance: 'home-router'} as const;
export const sentLabels = createSentLabels(Object.entries(destinationLabels));

/** The fifteen documented metrics and the four that tell how the test went. */
export const samplesInResult = 19;

const everyMs = 60_000;
const firstEndMs = Date.UTC(2024, 0);

/** Numbers from 0 to below 1 that follow from the seed (a linear congruential generator). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/**
 * Results as the Ookla CLI gives them minute by minute: rates and volumes in whole bytes, times in thousandths of a
 * millisecond, loss in one test of ten. Always the same ones for a seed.
 */
export function* recordedResults(count: number, seed = 7): Generator<CompletedTest> {
  const random = createRandom(seed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  const ms = (low: number, high: number): number => Math.round(between(low, high) * 1000) / 1000;
  const latency = (): LoadedLatency => ({
    iqmMs: ms(20, 60),
    lowMs: ms(9, 12),
    highMs: ms(80, 280),
    jitterMs: ms(0, 9),
  });
  const transfer = (bytesPerSecond: number): Transfer => {
    const rate = Math.round(bytesPerSecond * between(0.9, 1.1));
    const elapsedMs = Math.round(between(10_000, 15_000));
    return {
      bytesPerSecond: rate,
      bytes: Math.round((rate * elapsedMs) / 1000),
      elapsedMs,
      latency: latency(),
    };
  };
  for (let index = 0; index < count; index += 1) {
    const endedAtMs = firstEndMs + index * everyMs + Math.floor(between(0, 2000));
    yield {
      status: 'completed',
      job: 'wan',
      scheduled: true,
      startedAtMs: endedAtMs - Math.floor(between(24_000, 27_000)),
      endedAtMs,
      measurement: {
        engine: {name: 'ookla', version: '1.2.0'},
        server: {
          id: '1234',
          name: 'Example Server',
          host: 'speed.example:8080',
          country: 'Germany',
          location: 'Berlin',
        },
        isp: 'Example Net',
        ping: {latencyMs: ms(11, 14), jitterMs: ms(0, 2), lowMs: ms(10, 11), highMs: ms(14, 34)},
        download: transfer(117e6),
        upload: transfer(5.4e6),
        packetLossPercent: random() < 0.9 ? 0 : ms(0, 3),
      },
    };
  }
}

/** The same results as the journal gives them. */
export function* recordedRows(count: number): Generator<JournalRow> {
  let id = 0;
  for (const result of recordedResults(count)) {
    id += 1;
    yield {id, result, lastSuccessMs: result.endedAtMs};
  }
}
