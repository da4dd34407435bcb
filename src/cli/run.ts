import type {Config} from '../config/schema.ts';
import {nextRun} from '../scheduler/scheduler.ts';
import {type Service, startService} from '../service.ts';
import {createLog} from '../telemetry/log.ts';
import {type ExitCode, exitCode} from './exit-code.ts';

const introduction = (config: Config, {url}: Service, version: string): string => {
  const lines = [
    `speedtest-bridge ${version} is running. Open:`,
    `  ${url}/  the web page`,
    `  ${url}${config.web.path}  the newest results, for Prometheus to scrape`,
    `  ${url}/metrics  the bridge's own metrics`,
  ];
  for (const job of config.jobs) {
    const first = job.runAtStart
      ? 'now'
      : new Date(nextRun(job, config.labels.instance, Date.now()).startMs).toISOString();
    lines.push(
      `Job ${job.name}: "${job.schedule.expression}" in ${job.schedule.timeZone}, first test ${first}.`,
    );
  }
  if (config.jobs.length === 0)
    lines.push('No jobs: nothing is tested; results in the journal are delivered.');
  return `${lines.join('\n')}\n`;
};

/**
 * Runs the bridge until `signal` aborts. A SIGHUP has it take up the configuration anew.
 * @param load reads the configuration, each time anew. Throws a `ConfigError`.
 */
export const run = async (load: () => Config, version: string, signal: AbortSignal): Promise<ExitCode> => {
  const config = load();
  const service = await startService({config, load, log: createLog(config.log), version});
  const reload = () => void service.reload();
  process.on('SIGHUP', reload);
  process.stdout.write(introduction(config, service, version));
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, {once: true}));
  }
  await service.stop();
  process.off('SIGHUP', reload);
  return exitCode.good;
};
