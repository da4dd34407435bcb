import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {Registry} from 'prom-client';
import {describe, expect, test} from 'vitest';
import {createProcessMetrics} from '../../../src/telemetry/process-metrics.ts';

/** All values by their names, taken as often as asked for. */
const createReader = () => {
  const register = new Registry();
  const take = createProcessMetrics(register);
  return async (): Promise<ReadonlyMap<string, number>> => {
    take();
    const lines = (await register.metrics()).split('\n').filter((line) => /^[a-z]/.test(line));
    return new Map(
      lines.map((line) => {
        const [series = '', value = ''] = line.split(' ');
        return [series, Number.parseFloat(value)];
      }),
    );
  };
};

describe("the process's metrics", () => {
  test('have the names that those of prom-client have', async () => {
    const read = createReader();
    expect([...(await read()).keys()]).toEqual([
      'process_cpu_user_seconds_total',
      'process_cpu_system_seconds_total',
      'process_cpu_seconds_total',
      'process_start_time_seconds',
      'process_resident_memory_bytes',
      'process_open_fds',
      'process_max_fds',
      'nodejs_heap_size_total_bytes',
      'nodejs_heap_size_used_bytes',
      'nodejs_external_memory_bytes',
      'nodejs_eventloop_lag_max_seconds',
      'nodejs_eventloop_lag_p50_seconds',
      'nodejs_eventloop_lag_p90_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      `nodejs_version_info{version="${process.version}"}`,
    ]);
  });

  test('are in seconds and bytes, and counters go on', async () => {
    const read = createReader();
    const first = await read();
    const {user, system} = process.cpuUsage();
    const second = await read();
    const used = (user + system) / 1e6;
    expect(first.get('process_cpu_seconds_total')).toBeLessThanOrEqual(used);
    expect(second.get('process_cpu_seconds_total')).toBeGreaterThanOrEqual(used);
    const startSeconds = first.get('process_start_time_seconds') ?? 0;
    expect(startSeconds).toBeLessThan(Date.now() / 1000);
    expect(startSeconds).toBeGreaterThan(Date.now() / 1000 - 3600);
    expect(first.get('process_resident_memory_bytes')).toBeGreaterThan(2 ** 24);
    expect(first.get('process_max_fds')).toBeGreaterThan(first.get('process_open_fds') ?? Infinity);
  });
});

test('watching the event loop does not keep a process from ending', async () => {
  const script = `
    import {monitorEventLoopDelay} from 'node:perf_hooks';
    monitorEventLoopDelay().enable();
  `;
  // Rejects when the process has to be ended.
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {timeout: 8000});
});
