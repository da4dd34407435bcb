import type {Argv} from 'yargs';
import {packageVersion} from '../version.ts';
import {completionOf} from './completion.ts';
import {initFlags} from './init/flags.ts';
import {dashboardFlag, namingFlags, promisedRateFlags} from './naming-flags.ts';

/**
 * The commands that make a file, for Prometheus, Grafana, editors, shells, and for this program itself; and its version.
 * They need no configuration.
 * @param args the command line, for which a shell may ask for completions.
 */
export const addFileCommands = (parser: Argv, args: readonly string[], signal: AbortSignal): Argv =>
  parser
    .command(
      'rules',
      'print recording and alerting rules for Prometheus',
      (command) => command.options({...namingFlags, ...promisedRateFlags}),
      async ({profile, prefix, promisedDownload, promisedUpload}) => {
        const {rules} = await import('./rules.ts');
        rules({profile, prefix, download: promisedDownload, upload: promisedUpload});
      },
    )
    .command(
      'dashboard',
      'print a Grafana dashboard of the results, or of the bridge itself',
      (command) => command.options({...namingFlags, profile: dashboardFlag}),
      async ({profile, prefix}) => {
        const {dashboard} = await import('./dashboard.ts');
        dashboard(profile, prefix);
      },
    )
    .command('config', 'write a first configuration file, or print the JSON Schema for editors', (config) =>
      config
        .command('schema', 'print the JSON Schema of the configuration file', {}, async () => {
          const {printSchema} = await import('./config.ts');
          printSchema();
        })
        .command('init', 'ask a few questions and write a commented file', initFlags, async (given) => {
          const {init} = await import('./init/init.ts');
          await init(given.output, given, signal);
        })
        .demandCommand(1, 1, 'name what to do with the configuration: schema or init'),
    )
    .command('version', 'print the version and what it is made of', {}, async () => {
      const {versionText} = await import('./version.ts');
      process.stdout.write(`${versionText(packageVersion())}\n`);
    })
    .completion(
      'completion',
      'print a script that completes commands and flags in bash or zsh, by $SHELL',
      completionOf(args),
    );
