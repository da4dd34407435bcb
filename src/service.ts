import type {Config} from './config/schema.ts';
import type {Delivery} from './delivery/attempts.ts';
import {createGate} from './delivery/gate.ts';
import {type DeliveryLoop, startDelivery} from './delivery/loop.ts';
import {destinationState} from './destination-state.ts';
import {createDestinationStatus} from './destination-status.ts';
import {useOfAll, useOfJob} from './job/budget.ts';
import {testNow, testOnSchedule} from './job/job-test.ts';
import {jobStatus} from './job-status.ts';
import {JournalError} from './journal/database.ts';
import type {JournalRow} from './journal/journal.ts';
import {openLastingJournal} from './journal/lasting-journal.ts';
import {mappingOf, newestOfEachJob, sentSamplesOf} from './outputs.ts';
import type {TestResult} from './result.ts';
import {type Scheduler, startScheduler} from './scheduler/scheduler.ts';
import {createAccessCheck} from './server/access/access.ts';
import {apiEndpoints} from './server/api/api.ts';
import {createProgressHub} from './server/api/progress-hub.ts';
import {createDocument, type Document} from './server/document.ts';
import {startServer} from './server/server.ts';
import {createDestinations} from './sinks.ts';
import {createDeliveryLog} from './telemetry/delivery-log.ts';
import type {Log} from './telemetry/log.ts';
import {createOwnMetrics} from './telemetry/own-metrics.ts';
import {logResult} from './telemetry/result-log.ts';

/** A running bridge. */
export interface Service {
  /** Where its web server is reached from this machine. */
  readonly url: string;
  /** Ends a running test, records it, and closes everything. */
  stop(): Promise<void>;
}

// `test --push` and the like append from another process; the journal is looked at this often.
const watchMs = 1000;
const pruneMs = 3_600_000;

type Close = () => void | Promise<void>;

/** Closes in reverse what was opened, also when one of them fails. */
const closeAll = async (closers: readonly Close[]): Promise<void> => {
  const errors: unknown[] = [];
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'not everything could be closed');
};

/**
 * Starts all parts of the bridge: journal, deliveries, web server, scheduler.
 * Rejects with a `JournalError` or `ListenError` when it can't, and leaves nothing open then.
 */
export const startService = async (config: Config, log: Log, version: string): Promise<Service> => {
  const closers: Close[] = [];
  try {
    const url = await open(config, log, version, (close) => closers.push(close));
    return {url, stop: () => closeAll(closers)};
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
};

const open = async (
  config: Config,
  log: Log,
  version: string,
  onClose: (close: Close) => void,
): Promise<string> => {
  const {jobs, labels, storage, web} = config;

  const journal = openLastingJournal({path: storage.path, notices: log});
  if (journal === undefined) {
    throw new JournalError(`journal ${storage.path} is in use by another speedtest-bridge (storage.path)`);
  }
  onClose(() => journal.close());

  const map = mappingOf(config);
  const destinations = createDestinations(config, map, version);
  const names = destinations.map(({sink}) => sink.name);
  const totalBudgetBytes = config.data_budget?.bytes;
  const ownMetrics = createOwnMetrics({
    version,
    jobs: jobs.map(({name}) => name),
    destinations: new Map(destinations.map(({sink}) => [sink.name, () => destinationState(sink, journal)])),
    monthlyData: () => ({
      jobs: jobs.map((job) => ({...useOfJob(journal, job, Date.now()), job: job.name})),
      total: useOfAll(journal, totalBudgetBytes, Date.now()),
    }),
  });

  const newest = () => newestOfEachJob(config, journal);
  let document: Document | undefined;
  const gate = createGate();
  const loops: DeliveryLoop[] = [];
  let seenChanges = journal.foreignChanges();
  const announce = (): void => {
    document = undefined;
    for (const loop of loops) loop.wake();
  };

  const deliveryLog = createDeliveryLog(log);
  const destinationStatus = createDestinationStatus(config, journal);
  const onDelivery = (delivery: Delivery): void => {
    destinationStatus.delivery(delivery);
    ownMetrics.delivery(delivery);
    deliveryLog.delivery(delivery);
  };
  for (const {sink, start, ...destination} of destinations) {
    journal.startAt(sink.name, start);
    const loop = startDelivery({
      ...destination,
      journal,
      sink,
      gate,
      newest,
      onDelivery,
      onError: deliveryLog.error,
    });
    loops.push(loop);
    onClose(() => loop.stop());
  }

  /** Gives the result's row, unless it could not be kept. */
  const record = (result: TestResult): JournalRow | undefined => {
    ownMetrics.testEnded(result.job, result.status);
    if (result.status === 'skipped')
      ownMetrics.runsSkipped(result.job, result.skip.class, result.skip.runs ?? 1);
    logResult(log, result);
    try {
      const row = journal.append(result);
      ownMetrics.unsaved(journal.unsaved());
      announce();
      return row;
    } catch (error) {
      log.error(
        `the result of job ${result.job} could not be written to the journal and is lost: ${String(error)}`,
      );
      return undefined;
    }
  };

  const every = (ms: number, task: () => void): void => {
    const attempt = (): void => {
      try {
        task();
      } catch (error) {
        log.error(`journal ${storage.path}: ${String(error)}`);
      }
    };
    attempt();
    const timer = setInterval(attempt, ms);
    onClose(() => clearInterval(timer));
  };
  every(watchMs, () => {
    ownMetrics.unsaved(journal.unsaved());
    const changes = journal.foreignChanges();
    if (changes === seenChanges) return;
    seenChanges = changes;
    announce();
  });
  every(pruneMs, () => {
    const removed = journal.prune(Date.now() - storage.retentionMs, names);
    if (removed > 0) log.info(`removed ${removed} results older than storage.retention`);
  });

  const hub = createProgressHub();
  let scheduler: Scheduler | undefined;
  const access = createAccessCheck(web.access);
  const server = await startServer({
    ...web,
    access: () => access,
    headers: () => web.headers,
    document: () => {
      document ??= createDocument(newest().flatMap(map));
      return document;
    },
    ownMetrics,
    ready: () => true,
    routes: apiEndpoints({
      journal,
      hub,
      version,
      jobs: () => ({
        jobs: jobs.map((job) => jobStatus(job, journal, hub.running(), Date.now())),
        startAllowed: web.startTests,
        metricsPath: web.path,
      }),
      destinations: destinationStatus.list,
      samplesOf: sentSamplesOf(config, map),
      start: (name) => {
        if (!web.startTests) return {kind: 'off'};
        if (!jobs.some((job) => job.name === name)) return {kind: 'unknown'};
        return scheduler?.start(name) ?? {kind: 'starting'};
      },
    }),
    onRefused: ownMetrics.requestRefused,
    onClosed: ownMetrics.connectionClosed,
    log,
  });
  onClose(() => server.close());
  onClose(hub.close);

  const warned = new Set<string>();
  const settings = {
    engines: config.engines,
    version,
    onWarning: (message: string): void => {
      if (warned.has(message)) return;
      warned.add(message);
      log.warn(message);
    },
    ...(totalBudgetBytes !== undefined && {totalBudgetBytes}),
  };
  scheduler = startScheduler(jobs, labels.instance, {
    run: async (name, signal, scheduled) => {
      const job = jobs.find((candidate) => candidate.name === name);
      if (job === undefined) return;
      const reopen = gate.close();
      const watch = hub.started(name);
      let row: JournalRow | undefined;
      try {
        row = record(
          scheduled
            ? await testOnSchedule(job, settings, journal, watch, signal)
            : await testNow(job, settings, watch, signal),
        );
      } catch (error) {
        log.error(`the test of job ${name} could not be run: ${String(error)}`);
      } finally {
        reopen();
        watch.ended(row);
      }
    },
    skip: (job, skip) => {
      const nowMs = Date.now();
      record({status: 'skipped', job, scheduled: true, startedAtMs: nowMs, endedAtMs: nowMs, skip});
    },
  });
  onClose(scheduler.stop);
  return server.url;
};
