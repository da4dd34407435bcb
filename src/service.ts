import type {Config} from './config/schema.ts';
import {createGate} from './delivery/gate.ts';
import {createDestinationStatus} from './destination-status.ts';
import {openScrapeJournal} from './forwarding/scrape-journal.ts';
import {jobStatus} from './job-status.ts';
import {JournalError} from './journal/database.ts';
import {openLastingJournal} from './journal/lasting-journal.ts';
import {mappingOf, newestOfEachJob, sentSamplesOf} from './outputs.ts';
import {createScheduler} from './scheduler/scheduler.ts';
import {createScraping} from './scrape/scraping.ts';
import {createAccessCheck} from './server/access/access.ts';
import {createLoginAttempts} from './server/access/login.ts';
import {apiEndpoints} from './server/api/api.ts';
import {createProgressHub} from './server/api/progress-hub.ts';
import {createDocument, type Document} from './server/document.ts';
import type {Reload} from './server/routes/reload.ts';
import {trackerWebhookRoute} from './server/routes/tracker-webhook.ts';
import {type ServerOptions, startServer} from './server/server.ts';
import {createClosing} from './service/closing.ts';
import {createDeliveries} from './service/deliveries.ts';
import {monthlyDataOf} from './service/monthly-data.ts';
import {startPeriodic} from './service/periodic.ts';
import {createRecording} from './service/recording.ts';
import {createReloading} from './service/reloading.ts';
import {createTesting} from './service/testing.ts';
import {createTrackerIntake} from './service/tracker-intake.ts';
import {createYielding} from './service/yielding.ts';
import {createDeliveryLog} from './telemetry/delivery-log.ts';
import {createForwardingLog} from './telemetry/forwarding-log.ts';
import type {LossReason} from './telemetry/forwarding-metrics.ts';
import type {AdjustableLog} from './telemetry/log.ts';
import {createOwnMetrics} from './telemetry/own-metrics.ts';
import {createScrapeLog} from './telemetry/scrape-log.ts';

/** A running bridge. */
export interface Service {
  /** Where its web server is reached from this machine. */
  readonly url: string;
  /** Takes up the configuration anew: what has not changed goes on undisturbed. Never rejects; logs what came of it. */
  reload(): Promise<Reload>;
  /** Ends a running test, records it, and closes everything. */
  stop(): Promise<void>;
}

export interface ServiceSettings {
  readonly config: Config;
  /** Reads the configuration again. Throws a `ConfigError` for one that can't be used. */
  readonly load: () => Config;
  readonly log: AdjustableLog;
  readonly version: string;
}

// `test --push` and the like append from another process; the journal is looked at this often.
const watchMs = 1000;
const pruneMs = 3_600_000;

/**
 * Starts all parts of the bridge: journal, deliveries, web server, scheduler.
 * Rejects with a `JournalError` or `ListenError` when it can't, and leaves nothing open then.
 */
export const startService = async (settings: ServiceSettings): Promise<Service> => {
  const closing = createClosing();
  try {
    return {...(await open(settings, closing.add)), stop: closing.close};
  } catch (error) {
    await closing.close();
    throw error;
  }
};

const open = async (
  {config: first, load, log, version}: ServiceSettings,
  onClose: (close: () => void | Promise<void>) => void,
): Promise<Omit<Service, 'stop'>> => {
  /** The configuration at present. Every part that outlives a reload reads it when it needs it. */
  let config = first;
  let map = mappingOf(config);
  let samplesOf = sentSamplesOf(config, map);
  const {path} = config.storage;

  const journal = openLastingJournal({path, notices: log});
  if (journal === undefined) {
    throw new JournalError(`journal ${path} is in use by another speedtest-bridge (storage.path)`);
  }
  onClose(() => journal.close());
  const ownMetrics = createOwnMetrics({
    version,
    destinations: () => deliveries.states(),
    waitingSinceMs: () => deliveries.waitingSinceMs(),
    monthlyData: () => monthlyDataOf(config, journal, Date.now()),
  });
  const onLost = (samples: number, reason: LossReason): void => ownMetrics.forwarding.lost(samples, reason);
  const scrapes = openScrapeJournal({
    path: `${path.replace(/\.db$/, '')}-scrapes.db`,
    limitBytes: config.storage.scrapesLimitBytes,
    onLost,
    log,
  });
  onClose(scrapes.close);

  const newest = () => newestOfEachJob(config, journal);
  const gate = createGate();
  const yielding = createYielding(gate);
  onClose(yielding.stop);
  const deliveryLog = createDeliveryLog(log);
  const forwardingLog = createForwardingLog(log);
  const destinationStatus = createDestinationStatus(journal);
  const deliveries = createDeliveries({
    journal,
    gate,
    newest,
    onDelivery: (delivery) => {
      destinationStatus.delivery(delivery);
      ownMetrics.delivery(delivery);
      deliveryLog.delivery(delivery);
    },
    onError: deliveryLog.error,
    scrapes,
    onLost,
    onForwarded: (forwarded) => {
      ownMetrics.forwarding.forwarded(forwarded);
      forwardingLog(forwarded);
    },
  });
  onClose(deliveries.stop);

  const scraping = createScraping({
    version,
    onBlocks: ({labels}, scraped) => deliveries.append(labels, scraped),
    logOf: (target) => createScrapeLog(log, target, () => config.remote_write.length > 0),
    onProblem: log.warn,
  });
  onClose(scraping.stop);

  let document: Document | undefined;
  /** What is shown and delivered may have changed. */
  const announce = (): void => {
    document = undefined;
    deliveries.wake();
  };

  const every = (ms: number, task: () => void): void =>
    onClose(startPeriodic(ms, task, (error) => log.error(`journal ${path}: ${String(error)}`)));
  let seenChanges = journal.foreignChanges();
  every(watchMs, () => {
    ownMetrics.unsaved(journal.unsaved());
    const changes = journal.foreignChanges();
    if (changes === seenChanges) return;
    seenChanges = changes;
    announce();
  });

  let isReady = false;
  const hub = createProgressHub();
  const routes = apiEndpoints({
    journal,
    hub,
    version,
    jobs: () => ({
      jobs: config.jobs.map((job) => jobStatus(job, journal, hub.running(), Date.now())),
      startAllowed: config.web.startTests,
      metricsPath: config.web.path,
    }),
    destinations: () => destinationStatus.list(config),
    samplesOf: (row) => samplesOf(row),
    start: (name) => {
      if (!isReady) return {kind: 'starting'};
      if (!config.web.startTests) return {kind: 'off'};
      if (!config.jobs.some((job) => job.name === name)) return {kind: 'unknown'};
      return scheduler.start(name);
    },
  });

  const reload = async (): Promise<Reload> =>
    isReady ? reloading.reload() : {kind: 'failed', problem: 'the bridge is starting or stopping'};
  const loginAttempts = createLoginAttempts();
  const intake = createTrackerIntake({
    tracker: () => config.tracker,
    journal,
    log,
    onImported: () => {
      ownMetrics.unsaved(journal.unsaved());
      announce();
    },
  });
  onClose(intake.stop);
  const serverOptions = ({web, tracker}: Config): ServerOptions => {
    const access = createAccessCheck(web.access, loginAttempts);
    return {
      ...web,
      access: () => access,
      headers: () => web.headers,
      routes: [...routes, ...(tracker ? [trackerWebhookRoute(intake.take)] : [])],
      document: () => {
        yielding.asked();
        document ??= createDocument(newest().flatMap(map));
        return document;
      },
      ownMetrics,
      ready: () => isReady,
      reload: web.reload ? reload : undefined,
      onRefused: ownMetrics.requestRefused,
      onClosed: ownMetrics.connectionClosed,
      log,
    };
  };
  const server = await startServer(serverOptions(config));
  onClose(() => server.close());
  onClose(hub.close);

  const record = createRecording({
    journal,
    log,
    metrics: ownMetrics,
    onRecorded: () => {
      ownMetrics.unsaved(journal.unsaved());
      announce();
    },
  });
  const test = createTesting({config: () => config, journal, gate, hub, record, log, version});
  const scheduler = createScheduler({
    run: async (name, signal, scheduled) => {
      const job = config.jobs.find((candidate) => candidate.name === name);
      if (job !== undefined) await test(job, signal, scheduled);
    },
    skip: (job, skip) => {
      const nowMs = Date.now();
      record({status: 'skipped', job, scheduled: true, startedAtMs: nowMs, endedAtMs: nowMs, skip});
    },
  });
  onClose(() => scheduler.stop());

  /** Has every part go by a configuration: the one of the start, and each later one. */
  const apply = async (next: Config): Promise<void> => {
    config = next;
    map = mappingOf(config);
    samplesOf = sentSamplesOf(config, map);
    for (const warning of config.warnings) log.warn(warning);
    log.adjust(config.log);
    // Loaded only now, when the web server answers already.
    const {planDestinations} = await import('./sinks.ts');
    const destinations = planDestinations(config, map, version, () => config);
    ownMetrics.expect(
      config.jobs.map(({name}) => name),
      destinations.map(({name}) => name),
    );
    await deliveries.update(destinations);
    await scheduler.update(config.jobs, config.labels.instance);
    const takesExemplars = config.remote_write.some(({sendExemplars}) => sendExemplars);
    await scraping.update(config.scrapeJobs, takesExemplars);
    announce();
  };
  await apply(config);
  ownMetrics.configured(true);
  every(pruneMs, () => {
    const removed = journal.prune(Date.now() - config.storage.retentionMs, deliveries.names());
    if (removed > 0) log.info(`removed ${removed} results older than storage.retention`);
  });

  const reloading = createReloading({
    load,
    current: () => config,
    apply: async (next) => {
      // What can still fail comes first.
      await server.update(serverOptions(next));
      // Whoever watches comes back, and is looked at anew.
      hub.endAll();
      await apply(next);
    },
    onReload: (outcome) => ownMetrics.configured(outcome.kind === 'reloaded'),
    log,
  });
  onClose(reloading.stop);
  isReady = true;
  onClose(() => {
    isReady = false;
  });
  return {url: server.url, reload};
};
