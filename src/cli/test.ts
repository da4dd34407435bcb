import type {Config, JobConfig} from '../config/schema.ts';
import type {EngineName} from '../engine/engines.ts';
import {testNow} from '../job/job-test.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {printable} from './printable.ts';
import {showProgress} from './progress.ts';
import {push} from './push.ts';
import {resultTable} from './result-table.ts';

export interface TestOptions {
  /** The job to test for; the first one of the configuration where none is named. */
  readonly job?: string;
  /** In place of the job's own engines. */
  readonly engine?: EngineName;
  /** Print the result as JSON, alone, on standard output. */
  readonly json: boolean;
  /** Put the result into the journal and deliver it to every destination. */
  readonly push: boolean;
}

const jobFor = ({jobs}: Config, name: string | undefined): JobConfig => {
  const job = name === undefined ? jobs[0] : jobs.find((candidate) => candidate.name === name);
  if (job !== undefined) return job;
  if (name === undefined) throw new UsageError('the configuration has no job: name an engine with --engine');
  throw new UsageError(
    `no job is called ${name}: the configuration has ${jobs.map((each) => each.name).join(', ')}`,
  );
};

/** Runs one test now, and shows and delivers its result as asked. */
export const test = async (
  config: Config,
  options: TestOptions,
  version: string,
  signal: AbortSignal,
): Promise<ExitCode> => {
  if (options.push && config.remote_write.length + config.pushgateway.length === 0) {
    throw new UsageError('--push needs a destination: remote_write or pushgateway in the configuration');
  }
  const job = jobFor(config, options.job);
  const tested = options.engine === undefined ? job : {...job, engines: [options.engine]};

  const display = process.stderr.isTTY ? showProgress(process.stderr) : undefined;
  const warnings = new Set<string>();
  const onWarning = (message: string): unknown => warnings.add(message);
  const settings = {engines: config.engines, version, onWarning};
  const watch = {onProgress: display?.onProgress ?? (() => undefined)};
  const result = await testNow(tested, settings, watch, signal);
  display?.end();
  for (const warning of warnings) process.stderr.write(`${printable(warning)}\n`);

  process.stdout.write(
    options.json ? `${JSON.stringify(result, undefined, 2)}\n` : `${resultTable(result)}\n`,
  );
  const pushed = options.push ? await push(config, result, version, signal) : true;
  return result.status === 'completed' && pushed ? exitCode.good : exitCode.failed;
};
