import {readdirSync, readFileSync} from 'node:fs';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {Counter, Gauge, type Registry} from 'prom-client';

/** A file or folder of /proc, which only Linux has, as `read` gives it. */
const tryRead = <Value>(read: () => Value): Value | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The number that a pattern finds; undefined where it does not, as in place of one that is unlimited. */
const numberIn = (file: string, pattern: RegExp): number | undefined => {
  const [, digits] = pattern.exec(tryRead(() => readFileSync(file, 'utf8')) ?? '') ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 10);
};

type Row<Value> = readonly [name: string, help: string, read: () => Value];

const counters: readonly Row<number>[] = [
  ['process_cpu_user_seconds_total', 'User CPU time spent.', () => process.cpuUsage().user / 1e6],
  ['process_cpu_system_seconds_total', 'System CPU time spent.', () => process.cpuUsage().system / 1e6],
  [
    'process_cpu_seconds_total',
    'User and system CPU time spent.',
    () => {
      const {user, system} = process.cpuUsage();
      return (user + system) / 1e6;
    },
  ],
];

const gauges: readonly Row<number | undefined>[] = [
  ['process_start_time_seconds', 'Unix time of the start.', () => performance.timeOrigin / 1000],
  ['process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()],
  // One of them is the folder itself, while it is read.
  [
    'process_open_fds',
    'Open file descriptors.',
    () => tryRead(() => readdirSync('/proc/self/fd').length - 1),
  ],
  [
    'process_max_fds',
    'Most file descriptors that may be open.',
    () => numberIn('/proc/self/limits', /^Max open files\s+(\d+)/m),
  ],
  ['nodejs_heap_size_total_bytes', 'Size of the heap.', () => process.memoryUsage().heapTotal],
  ['nodejs_heap_size_used_bytes', 'What of the heap is used.', () => process.memoryUsage().heapUsed],
  ['nodejs_external_memory_bytes', 'Memory outside the heap.', () => process.memoryUsage().external],
];

/**
 * Registers the metrics of the process and of Node, under the names that prom-client gives them. Its own collection
 * also has Node watch garbage collections, each of which then leaves 3 kB behind that only a full one frees: under load
 * the memory would grow by megabytes.
 * @returns takes all values anew, the event loop's delays as of the call before.
 */
export const createProcessMetrics = (register: Registry): (() => void) => {
  const registers = [register];
  const delays = monitorEventLoopDelay();
  delays.enable();
  const ofDelays: readonly Row<number>[] = [
    ['nodejs_eventloop_lag_max_seconds', 'Longest delay of the event loop.', () => delays.max / 1e9],
    ...[50, 90, 99].map(
      (percentile): Row<number> => [
        `nodejs_eventloop_lag_p${percentile}_seconds`,
        `Percentile ${percentile} of the delays of the event loop.`,
        () => delays.percentile(percentile) / 1e9,
      ],
    ),
  ];
  const counted = counters.map(([name, help, read]) => {
    const counter = new Counter({name, help, registers});
    return () => {
      counter.reset();
      counter.inc(read());
    };
  });
  const gauged = [...gauges, ...ofDelays].map(([name, help, read]) => {
    const gauge = new Gauge({name, help, registers});
    return () => {
      const value = read();
      if (value === undefined) gauge.remove();
      else gauge.set(value);
    };
  });
  const version = new Gauge({
    name: 'nodejs_version_info',
    help: "Node's version.",
    labelNames: ['version'],
    registers,
  });
  version.set({version: process.version}, 1);
  return () => {
    for (const take of [...counted, ...gauged]) take();
    delays.reset();
  };
};
