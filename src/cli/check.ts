import {once} from 'node:events';
import {accessSync, constants, existsSync, statSync} from 'node:fs';
import {createServer} from 'node:net';
import {dirname, resolve} from 'node:path';
import type {Config} from '../config/schema.ts';
import {engineProblem} from '../engine/readiness.ts';
import {budgetText, useOfAll, useOfJob} from '../job/budget.ts';
import type {Thresholds} from '../job/health.ts';
import type {Journal} from '../journal/journal.ts';
import {openJournal} from '../journal/sqlite-journal.ts';
import {mappingOf} from '../outputs.ts';
import {ageLimitText} from '../receiver/age-limit.ts';
import {askAgeLimit} from '../receiver/ask-age-limit.ts';
import {nextRun} from '../scheduler/scheduler.ts';
import {planTargets} from '../scrape/scraping.ts';
import {createScraper} from '../scrape/targets/scraper.ts';
import {targetName} from '../scrape/targets/target.ts';
import {type Endpoint, formatEndpoint} from '../server/endpoint.ts';
import {startListening} from '../server/listen.ts';
import {startListeningOnSocket} from '../server/unix-socket.ts';
import {createDestinations} from '../sinks.ts';
import {type ExitCode, exitCode} from './exit-code.ts';
import {formatMs, formatRate} from './units.ts';

const runsShown = 5;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const thresholdsText = (thresholds: Thresholds): string => {
  const {
    downloadBytesPerSecond: download,
    uploadBytesPerSecond: upload,
    latencyMs,
    packetLossPercent,
  } = thresholds;
  return [
    download !== undefined && `download at least ${formatRate(download)}`,
    upload !== undefined && `upload at least ${formatRate(upload)}`,
    latencyMs !== undefined && `ping at most ${formatMs(latencyMs)}`,
    packetLossPercent !== undefined && `packet loss at most ${packetLossPercent} %`,
  ]
    .filter((part) => part !== false)
    .join(', ');
};

const showThresholds = ({jobs}: Config): void => {
  for (const {name, thresholds} of jobs) {
    const text = thresholdsText(thresholds);
    if (text !== '') say(`job ${name} is healthy with ${text}`);
  }
};

/** Tells how much of each budget is used. */
const showBudgets = ({jobs, data_budget: total}: Config, journal: Pick<Journal, 'movedSince'>): void => {
  const uses = [
    ...jobs.map((job) => useOfJob(journal, job, Date.now())),
    useOfAll(journal, total?.bytes, Date.now()),
  ];
  for (const use of uses) if (use.budgetBytes !== undefined) say(budgetText(use));
};

const showRuns = ({jobs, labels}: Config): void => {
  for (const job of jobs) {
    const {expression, timeZone} = job.schedule;
    say(`job ${job.name}: "${expression}" in ${timeZone}, engines ${job.engines.join(', ')}; next runs:`);
    const format = new Intl.DateTimeFormat('sv-SE', {timeZone, dateStyle: 'short', timeStyle: 'long'});
    let afterMs = Date.now();
    for (let run = 0; run < runsShown; run += 1) {
      const {scheduledMs, startMs} = nextRun(job, labels.instance, afterMs);
      say(`  ${format.format(startMs)}`);
      afterMs = scheduledMs;
    }
  }
  if (jobs.length === 0) say('no jobs: nothing will be tested');
};

/** Tries one thing and tells how it went. Gives whether it went well. */
const attempt = async (what: string, action: () => Promise<void> | void): Promise<boolean> => {
  try {
    await action();
    say(`ok      ${what}`);
    return true;
  } catch (error) {
    say(`FAILED  ${what}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
};

const tryEngines = ({jobs, engines}: Config): Promise<boolean>[] =>
  [...new Set(jobs.flatMap((job) => job.engines))].map((name) =>
    attempt(`engine ${name}`, () => {
      const problem = engineProblem(name, engines, process.env['PATH'] ?? '');
      if (problem !== undefined) throw new Error(problem);
    }),
  );

const tryListening = async (endpoint: Endpoint): Promise<void> => {
  const server = createServer();
  if ('path' in endpoint) await startListeningOnSocket(server, endpoint, 'web.listen');
  else await startListening(server, endpoint, 'web.listen');
  server.close();
  await once(server, 'close');
};

const nearestExisting = (path: string): string => (existsSync(path) ? path : nearestExisting(dirname(path)));

const tryJournal = (config: Config): void => {
  const {storage} = config;
  if (existsSync(storage.path)) {
    const journal = openJournal(storage.path);
    showBudgets(config, journal);
    journal.close();
    return;
  }
  showBudgets(config, {movedSince: () => 0});
  // A journal that is not there yet is made by the first run, not by a check.
  const folder = nearestExisting(resolve(dirname(storage.path)));
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder (storage.path)`);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw new Error(`folder ${folder} cannot be written (storage.path)`);
  }
};

/** Tells how old a sample a remote write's receiver takes, which decides whether history can be sent to it. */
const showAgeLimit = async (
  {remote_write: destinations}: Config,
  name: string,
  version: string,
  signal: AbortSignal,
): Promise<void> => {
  const destination = destinations.find((each) => each.name === name);
  if (destination !== undefined)
    say(`        ${ageLimitText(await askAgeLimit(destination.http, version, Date.now(), signal))}`);
};

/** Scrapes each target once. */
const tryTargets = async ({scrapeJobs}: Config, version: string, signal: AbortSignal): Promise<boolean[]> => {
  const {planned, problems} = planTargets(scrapeJobs);
  const outcomes = problems.map((problem) => {
    say(`FAILED  ${problem}`);
    return false;
  });
  for (const {target, refusal} of planned) {
    const settings = {exemplars: false, version, ...(refusal !== undefined && {refusal})};
    const scraper = createScraper(target, settings);
    const {report, cause} = await scraper.scrape(Date.now(), signal);
    const what = `scrape job ${target.job.name}, ${targetName(target)}`;
    say(
      cause === undefined
        ? `ok      ${what}: ${report.scraped} samples, of which ${report.relabelled} are forwarded`
        : `FAILED  ${what}: ${cause}`,
    );
    outcomes.push(cause === undefined);
    await scraper.close();
  }
  return outcomes;
};

/**
 * Tells when the jobs run next, and tries the journal, the web address, each destination without delivering, and each
 * target.
 */
export const check = async (config: Config, version: string, signal: AbortSignal): Promise<ExitCode> => {
  say('ok      configuration');
  for (const warning of config.warnings) say(`warning ${warning}`);
  showRuns(config);
  showThresholds(config);
  const outcomes = [
    ...(await Promise.all(tryEngines(config))),
    await attempt(`journal ${config.storage.path}`, () => tryJournal(config)),
  ];
  for (const endpoint of config.web.listen) {
    outcomes.push(await attempt(`web server on ${formatEndpoint(endpoint)}`, () => tryListening(endpoint)));
  }
  for (const {sink} of createDestinations(config, mappingOf(config), version)) {
    const isReached = await attempt(sink.name, async () => {
      const outcome = await sink.probe(signal);
      if (outcome.kind !== 'accepted') throw new Error(outcome.cause);
    });
    outcomes.push(isReached);
    if (isReached) await showAgeLimit(config, sink.name, version, signal);
    await sink.close();
  }
  outcomes.push(...(await tryTargets(config, version, signal)));
  return outcomes.every(Boolean) ? exitCode.good : exitCode.failed;
};
