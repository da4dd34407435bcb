import type {Argv} from 'yargs';
import {completionOf} from './completion.ts';
import {dashboardFlag, namingFlags, promisedRateFlags} from './naming-flags.ts';

/**
 * The commands that print a file for other programs: Prometheus, Grafana, editors, shells. They need no configuration.
 * @param args the command line, for which a shell may ask for completions.
 */
export const addPrinters = (parser: Argv, args: readonly string[]): Argv =>
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
    .command(
      'config <action>',
      'print the JSON Schema of the configuration file, for editors',
      (command) => command.positional('action', {choices: ['schema'] as const, demandOption: true}),
      async () => {
        const {printSchema} = await import('./config.ts');
        printSchema();
      },
    )
    .completion(
      'completion',
      'print a script that completes commands and flags in bash or zsh, by $SHELL',
      completionOf(args),
    );
