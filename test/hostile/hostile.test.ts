import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {expect, it, onTestFinished, vi} from 'vitest';
import {z} from 'zod';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startBridge} from '../system/bridge.ts';
import {fuzz, idle, sendOversized, slow} from './attackers.ts';
import {randomFrom} from './random.ts';

/** `npm run test:hostile` is the long form, in which scrapes have to be answered within a second. */
const isLong = process.env['HOSTILE'] === 'long';
const seed = Number.parseInt(process.env['HOSTILE_SEED'] ?? `${Date.now() % 1_000_000}`, 10);
/** A machine that is busy with other things may take longer, which is no fault of the server; but each gets its answer. */
const slowestMs = isLong ? 1000 : 30_000;
const timeoutMs = isLong ? 900_000 : 120_000;
const mostGrowthBytes = 256 * 1024 ** 2;

const report = z.object({
  scrapes: z.number(),
  slowestMs: z.number(),
  /** For how much of it the server waited while others had the processors: the machine's fault. */
  slowestWaitedMs: z.number(),
  failures: z.array(z.string()),
});

/** Scrapes from now on; `stop` gives what came of it. */
const startScraper = async (port: number, pid: number | undefined) => {
  const program = fileURLToPath(new URL('scraper.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, String(port), String(pid)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return {
    stop: async () => {
      const output = text(child.stdout);
      child.stdin.end();
      return report.parse(JSON.parse(await output));
    },
  };
};

const residentBytes = (pid: number | undefined): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number.parseInt(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 'NaN', 10);
};

/** A bridge that is scraped and watched; `stop` checks that it came through. */
const startWatched = async (web: Readonly<Record<string, unknown>> = {}) => {
  const bridge = await startBridge(temporaryFolder(), {jobs: []}, web);
  const before = residentBytes(bridge.child.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(bridge.child.pid));
  }, 50);
  onTestFinished(() => clearInterval(watch));
  const scraper = await startScraper(bridge.port, bridge.child.pid);
  const stop = async (): Promise<void> => {
    const seen = await scraper.stop();
    clearInterval(watch);
    console.log(
      `${seen.scrapes} scrapes, the slowest ${Math.round(seen.slowestMs)} ms, ${Math.round(seen.slowestWaitedMs)} ms of it for a processor; memory ${before >> 20} MiB before, at most ${most >> 20} MiB`,
    );
    expect(bridge.child.exitCode).toBeNull();
    expect(seen.failures).toEqual([]);
    expect(seen.scrapes).toBeGreaterThan(1);
    expect(seen.slowestMs).toBeLessThan(slowestMs);
    expect(most - before).toBeLessThan(mostGrowthBytes);
    expect(bridge.stderr()).not.toContain('failed:');
  };
  return {...bridge, stop};
};

it(
  '10,000 idle connections',
  async () => {
    const {port, stop} = await startWatched();
    const sockets = await idle(port, 10_000);
    // The scraper has two, and one more while it opens the next.
    await vi.waitFor(
      () => expect(sockets.filter((socket) => !socket.closed).length).toBeLessThanOrEqual(1000),
      10_000,
    );
    for (const socket of sockets) socket.destroy();
    await stop();
  },
  timeoutMs,
);

it.runIf(isLong)(
  '10,000 idle connections where there may be so many',
  async () => {
    const {port, stop} = await startWatched({max_connections: 12_000, max_connections_per_ip: 1000});
    const sockets = await idle(port, 10_000);
    for (const socket of sockets) socket.destroy();
    await stop();
  },
  timeoutMs,
);

it(
  'slow headers and slow reads',
  async () => {
    const {port, stop} = await startWatched();
    await slow(port, isLong ? 2000 : 600, isLong ? 30_000 : 2000);
    await stop();
  },
  timeoutMs,
);

it(
  'random and mutated requests',
  async () => {
    console.log(`HOSTILE_SEED=${seed}`);
    const {port, stop} = await startWatched();
    const statuses = await fuzz(port, randomFrom(seed), isLong ? 100_000 : 3000);
    await stop();
    const unexpected = [...statuses.keys()].filter((status) => status !== undefined && status >= 500);
    expect(unexpected).toEqual([]);
    for (const status of [200, 400, 404, 405]) expect([...statuses.keys()]).toContain(status);
  },
  timeoutMs,
);

it(
  'oversized requests',
  async () => {
    const {port, stop} = await startWatched();
    const statuses = await sendOversized(port, isLong ? 100 : 4);
    await stop();
    for (const [name, seen] of statuses) {
      // The connection may be gone before its answer is read.
      const answered = [...seen].filter((status) => status !== undefined);
      if (name !== 'pipeline')
        for (const status of answered)
          expect([name, [400, 404, 405, 413, 414, 431]]).toEqual([name, expect.arrayContaining([status])]);
    }
  },
  timeoutMs,
);
