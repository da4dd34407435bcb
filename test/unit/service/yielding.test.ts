import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {createGate} from '../../../src/delivery/gate.ts';
import {createYielding} from '../../../src/service/yielding.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const start = () => {
  const gate = createGate();
  const yielding = createYielding(gate);
  /** Asks so many times in each millisecond. */
  const ask = async (perMs: number, forMs: number): Promise<void> => {
    for (let ms = 0; ms < forMs; ms += 1) {
      for (let request = 0; request < perMs; request += 1) yielding.asked();
      await vi.advanceTimersByTimeAsync(1);
    }
  };
  return {gate, yielding, ask};
};

it('leaves the gate alone where requests are few', async () => {
  const {gate, yielding} = start();
  for (let second = 0; second < 1000; second += 1) {
    for (let request = 0; request < 5; request += 1) yielding.asked();
    await vi.advanceTimersByTimeAsync(1000);
    expect(gate.isClosed()).toBe(false);
  }
  expect(vi.getTimerCount()).toBe(0);
});

it('lets one batch pass every half second while requests are many, and all of them afterwards', async () => {
  const {gate, yielding, ask} = start();
  // The first few tell that they are many.
  await ask(40, 300);
  expect(gate.isClosed()).toBe(true);
  let batches = 0;
  const stopping = new AbortController();
  const deliver = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await gate.whenOpen(stopping.signal);
      batches += 1;
      // A batch takes longer than the gate is open.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const delivering = deliver();
  await ask(40, 5000);
  expect(batches).toBeGreaterThanOrEqual(9);
  expect(batches).toBeLessThanOrEqual(11);
  await ask(0, 1500);
  expect(gate.isClosed()).toBe(false);
  expect(batches).toBeGreaterThan(100);
  stopping.abort();
  await ask(0, 10);
  await delivering;
  yielding.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('opens the gate when it is stopped', async () => {
  const {gate, yielding, ask} = start();
  await ask(40, 300);
  expect(gate.isClosed()).toBe(true);
  yielding.stop();
  expect(gate.isClosed()).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
