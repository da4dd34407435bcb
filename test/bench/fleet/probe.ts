import {join} from 'node:path';
import {type Config, schema} from '../../../src/config/schema.ts';
import {createGate} from '../../../src/delivery/gate.ts';
import {startDelivery} from '../../../src/delivery/loop.ts';
import type {Sink} from '../../../src/delivery/sink.ts';
import type {Engine} from '../../../src/engine/engine.ts';
import {runTest} from '../../../src/engine/run-test.ts';
import {openJournal} from '../../../src/journal/sqlite-journal.ts';
import {mappingOf} from '../../../src/outputs.ts';
import type {TestResult} from '../../../src/result.ts';
import {createScheduler} from '../../../src/scheduler/scheduler.ts';
import {createDestinations} from '../../../src/sinks.ts';
import type {Rhythm} from './messages.ts';

/** What the probes of a fleet have in common. */
export interface FleetSettings extends Rhythm {
  /** Where their journals are. */
  readonly folder: string;
  /** Where they remote-write to. */
  readonly url: string;
}

export const jobName = 'wan';

/** The instances of `count` probes of a fleet, the first of which has this number: `probe-0001` and on. */
export const instancesOf = (fleet: string, first: number, count: number): readonly string[] =>
  Array.from({length: count}, (_, index) => `${fleet}-${String(first + index).padStart(4, '0')}`);

export const journalOf = (folder: string, instance: string): string => join(folder, `${instance}.db`);

/** The configuration of one probe: a test an hour, whose engine is replaced, and one destination. */
export const configOf = (instance: string, {folder, url, jitter, repeatInterval}: FleetSettings): Config => ({
  ...schema.parse({
    labels: {instance},
    jobs: [{name: jobName, schedule: '5 * * * *', timezone: 'UTC', jitter, engines: ['embedded']}],
    remote_write: [{url, repeat_interval: repeatInterval}],
    storage: {path: journalOf(folder, instance)},
  }),
  warnings: [],
  fingerprints: new Map(),
  scrapeJobs: [],
});

/** What stands in for the world around a probe. */
export interface Surroundings {
  readonly engine: Engine;
  readonly watch: (sink: Sink) => Sink;
  readonly random: () => number;
}

/**
 * Starts a probe of the parts that the service is made of, without its web server. An error and a rejected result end
 * the process. Returns the stop.
 */
export const startProbe = (config: Config, {engine, watch, random}: Surroundings): (() => Promise<void>) => {
  const journal = openJournal(config.storage.path);
  const gate = createGate();
  const destinations = createDestinations(config, mappingOf(config), '0.0.0');
  const loops = destinations.map(({sink, start, ...settings}) => {
    journal.startAt(sink.name, start);
    return startDelivery({
      ...settings,
      journal,
      sink: watch(sink),
      gate,
      newest: () => [],
      random,
      onDelivery: ({outcome}) => {
        if (outcome.kind === 'rejected') throw new Error(outcome.cause);
      },
      onError: (_destination, error) => {
        throw error;
      },
    });
  });
  const record = (result: TestResult): void => {
    journal.append(result);
    for (const loop of loops) loop.wake();
  };
  const scheduler = createScheduler({
    run: async (job, signal) => {
      const plan = {job, scheduled: true, engines: [{name: 'ookla', engine}], timeoutMs: 120_000};
      const reopen = gate.close();
      record(await runTest(plan, () => undefined, signal));
      reopen();
    },
    skip: (job, skip) => {
      const nowMs = Date.now();
      record({status: 'skipped', job, scheduled: true, startedAtMs: nowMs, endedAtMs: nowMs, skip});
    },
  });
  void scheduler.update(config.jobs, config.labels.instance);
  return async () => {
    await scheduler.stop();
    await Promise.all(loops.map((loop) => loop.stop()));
    journal.close();
  };
};
