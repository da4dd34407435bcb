import yargs from 'yargs';
import {loadStorage, tokenVariable} from '../config/load.ts';
import {engineNames} from '../engine/engines.ts';
import {packageVersion} from '../version.ts';
import {backfillFlags} from './backfill-flags.ts';
import {configFrom, sourcesFrom, withConfigFlags} from './config-flags.ts';
import {type ExitCode, exitCode, UsageError} from './exit-code.ts';
import {addFileCommands} from './file-commands.ts';
import {importFlags} from './import-flags.ts';
import {importKinds, isHistory} from './import-kinds.ts';
import {reflectorFlags} from './reflector-flags.ts';

const epilogue = `Exit codes: 0 good, 1 a test, check or delivery failed, 2 wrong usage or configuration.`;

// Each command is loaded where it is asked for, so that none waits for the parts of another.

/** Runs the command that `args` names, whose errors reject. Gives the process's exit code. */
export const runCommand = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const version = packageVersion();
  // Yargs wants the text at each start, and SQLite is loaded for it.
  const isVersionAsked = args.includes('--version');
  const versionShown = isVersionAsked ? (await import('./version.ts')).versionText(version) : version;
  let code: ExitCode = exitCode.good;
  const parser = yargs([...args])
    .scriptName('speedtest-bridge')
    .usage('$0 COMMAND\n\nRuns speed tests on a schedule and delivers every result to Prometheus.')
    .version(versionShown)
    .epilogue(epilogue)
    .demandCommand(1, 1, 'name a command; see --help')
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      // yargs' own are of what was written; others come from the commands.
      throw error === undefined || error.name === 'YError' ? new UsageError(message) : error;
    })
    .command(
      'run',
      'run the jobs on their schedules, deliver and serve the results',
      (command) => withConfigFlags(command, args),
      async (given) => {
        const {run} = await import('./run.ts');
        code = await run(() => configFrom(given, env), version, signal);
      },
    )
    .command(
      'test',
      'run one test now',
      (command) =>
        withConfigFlags(
          command.options({
            engine: {choices: engineNames, describe: "engine to use, in place of the job's own"},
            server: {
              type: 'string',
              requiresArg: true,
              describe: 'address of the LibreSpeed server to test against',
            },
            job: {type: 'string', requiresArg: true, describe: 'job to test for (default: the first)'},
            json: {
              type: 'boolean',
              default: false,
              describe: 'print the result as JSON, alone, on standard output',
            },
            push: {type: 'boolean', default: false, describe: 'deliver the result to every destination'},
          }),
          args,
        ),
      async ({engine, server, job, json, push, ...given}) => {
        const flags = server === undefined ? given : {...given, 'engines-librespeed-server': server};
        const presets =
          engine === undefined
            ? undefined
            : {'jobs-engines': engine, 'jobs-name': 'test', 'jobs-schedule': '@yearly'};
        const options = {json, push, ...(job !== undefined && {job}), ...(engine !== undefined && {engine})};
        const {test} = await import('./test.ts');
        code = await test(configFrom(flags, env, presets), options, version, signal);
      },
    )
    .command(
      'results',
      'show the newest results',
      (command) =>
        withConfigFlags(
          command.options({
            job: {type: 'string', requiresArg: true, describe: 'job that the results are of (default: all)'},
            since: {type: 'string', requiresArg: true, describe: 'how far back: 12h, 7d'},
            limit: {
              type: 'string',
              requiresArg: true,
              describe: 'most results (default: 20, or all that --since reaches)',
            },
            json: {type: 'boolean', default: false, describe: 'print each result as a line of JSON'},
          }),
          args,
        ),
      async ({job, since, limit, json, ...given}) => {
        const {results} = await import('./results.ts');
        const {resultsOptions} = await import('./results-options.ts');
        const {terminalOf} = await import('./terminal.ts');
        const options = resultsOptions({job, since, limit, json}, Date.now());
        const {path} = loadStorage(sourcesFrom(given, env));
        code = results(path, options, terminalOf(process.stdout, env));
      },
    )
    .command(
      'status',
      'ask a running bridge how its jobs and destinations are',
      (command) =>
        withConfigFlags(
          command.options({
            url: {
              type: 'string',
              requiresArg: true,
              describe: "the bridge's URL, or unix:/PATH (default: web.listen on this machine)",
            },
            token: {
              type: 'string',
              requiresArg: true,
              describe: `bearer token, where it asks for one (default: $${tokenVariable})`,
            },
            json: {type: 'boolean', default: false, describe: 'print what the bridge tells as JSON'},
          }),
          args,
        ),
      async ({url, token = env[tokenVariable], json, ...given}) => {
        const {status} = await import('./status.ts');
        const {urlOfListen} = await import('./status-client.ts');
        const {terminalOf} = await import('./terminal.ts');
        const urlInConfig = (): string => {
          const {listen, tls} = configFrom(given, env).web;
          return urlOfListen(listen, tls !== undefined);
        };
        const options = {
          url: url ?? urlInConfig(),
          json,
          ...(token !== undefined && {token}),
        };
        code = await status(options, terminalOf(process.stdout, env), signal);
      },
    )
    .command(
      'check',
      'check the configuration, its destinations and its addresses, and print the next runs',
      (command) => withConfigFlags(command, args),
      async (given) => {
        const {check} = await import('./check.ts');
        code = await check(configFrom(given, env), version, signal);
      },
    )
    .command(
      'queue <action> [destination]',
      'show what waits for destinations, and send rejected results again',
      (command) =>
        withConfigFlags(
          command
            .positional('action', {
              choices: ['status', 'rejected', 'retry', 'export'] as const,
              demandOption: true,
            })
            .positional('destination', {type: 'string', describe: "a destination's name (default: all)"})
            .options({
              result: {
                type: 'number',
                requiresArg: true,
                describe: 'retry: the number of one result (default: all)',
              },
              output: {
                type: 'string',
                requiresArg: true,
                default: '-',
                describe: 'export: the OpenMetrics file to write',
              },
            }),
          args,
        ),
      async ({action, destination, result, output, ...given}) => {
        const request = {
          action,
          output,
          ...(destination !== undefined && {destination}),
          ...(result !== undefined && {result}),
        };
        const {queue} = await import('./queue.ts');
        code = await queue(configFrom(given, env), request);
      },
    )
    .command(
      'backfill',
      "send the journal's results to one destination again, or to a file for promtool",
      (command) => withConfigFlags(command.options(backfillFlags), args),
      async ({to, from, until, rate, output, ...given}) => {
        const {backfill} = await import('./backfill.ts');
        const {backfillOptions} = await import('./backfill-options.ts');
        const options = backfillOptions({to, from, until, rate, output}, Date.now());
        code = await backfill(configFrom(given, env), options, version, signal);
      },
    )
    .command(
      'import <kind> <source>',
      "take another program's results into the journal, each with its own time",
      (command) =>
        withConfigFlags(
          command
            .positional('kind', {choices: importKinds, demandOption: true})
            .positional('source', {
              type: 'string',
              demandOption: true,
              describe: "a file, or - for standard input; tracker-api: the tracker's URL",
              // yargs makes an empty text of a positional that is `-`.
              coerce: (given: string) => (given === '' && args.includes('-') ? '-' : given),
            })
            .options(importFlags),
          args,
        ),
      async ({kind, source, job, timezone, tokenFile, deliver, dryRun, ...given}) => {
        const {importSource} = await import('./import-source.ts');
        const {importResults, previewImport} = await import('./import.ts');
        const {terminalOf} = await import('./terminal.ts');
        const config = configFrom(given, env);
        const from = importSource(config, {
          kind,
          source,
          ...(job !== undefined && {job}),
          ...(timezone !== undefined && {timeZone: timezone}),
          ...(tokenFile !== undefined && {tokenFile}),
        });
        code = dryRun
          ? await previewImport(config, from, terminalOf(process.stdout, env), signal)
          : await importResults(config, from, deliver ?? !isHistory(kind), signal);
      },
    )
    .command(
      'reflector',
      'serve speed tests to others, by the LibreSpeed protocol',
      (command) => command.options(reflectorFlags),
      async (given) => {
        const {reflector} = await import('./reflector.ts');
        code = await reflector(given, signal);
      },
    );
  addFileCommands(parser, args, signal);
  await parser.parseAsync();
  return code;
};
