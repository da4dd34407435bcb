import {isDeepStrictEqual} from 'node:util';
import {ConfigError} from '../config/load.ts';
import type {Config} from '../config/schema.ts';
import {formatEndpoint} from '../server/endpoint.ts';
import type {Reload} from '../server/routes/reload.ts';
import type {Log} from '../telemetry/log.ts';

/** What stays as it was at the start: what others know the bridge by, and what a file that is open was opened with. */
const fixed: readonly (readonly [key: string, read: (config: Config) => unknown])[] = [
  ['storage.path', ({storage}) => storage.path],
  ['storage.scrapes_limit', ({storage}) => storage.scrapesLimitBytes],
  ['web.listen', ({web}) => web.listen.map(formatEndpoint)],
  ['web.socket_mode', ({web}) => web.listen.find((endpoint) => 'mode' in endpoint)?.mode],
  ['tls_server_config of web.config_file', ({web}) => web.tlsFingerprint],
];

export interface ReloadingSettings {
  /** Reads the configuration. Throws a `ConfigError` for one that can't be used. */
  readonly load: () => Config;
  /** The configuration at present. */
  readonly current: () => Config;
  readonly apply: (config: Config) => Promise<void>;
  /** Told of each attempt. */
  readonly onReload: (outcome: Reload) => void;
  readonly log: Pick<Log, 'info' | 'error'>;
}

export interface Reloading {
  /** Takes up the configuration anew, one attempt after the other, and logs what came of it; never rejects. */
  reload(): Promise<Reload>;
  /** Makes no further attempt, and resolves when the last one is over. */
  stop(): Promise<void>;
}

const logReload = (log: ReloadingSettings['log'], outcome: Reload): void => {
  switch (outcome.kind) {
    case 'reloaded':
      log.info('configuration reloaded');
      return;
    case 'refused':
      for (const problem of outcome.problems) log.error(`configuration not reloaded: ${problem}`);
      return;
    case 'failed':
      log.error(`configuration not reloaded: ${outcome.problem}`);
      return;
    default:
      outcome satisfies never;
  }
};

export const createReloading = ({load, current, apply, onReload, log}: ReloadingSettings): Reloading => {
  let isStopped = false;
  let last: Promise<unknown> = Promise.resolve();

  const take = async (): Promise<Reload> => {
    if (isStopped) return {kind: 'failed', problem: 'the bridge is stopping'};
    try {
      const config = load();
      const changed = fixed.filter(([, read]) => !isDeepStrictEqual(read(config), read(current())));
      if (changed.length > 0) {
        const problems = changed.map(
          ([key]) => `${key}: can't be changed while the bridge runs; start it anew`,
        );
        return {kind: 'refused', problems};
      }
      await apply(config);
      return {kind: 'reloaded'};
    } catch (error) {
      if (error instanceof ConfigError) return {kind: 'refused', problems: error.problems};
      return {kind: 'failed', problem: error instanceof Error ? error.message : String(error)};
    }
  };

  const attempt = async (): Promise<Reload> => {
    const outcome = await take();
    onReload(outcome);
    logReload(log, outcome);
    return outcome;
  };

  return {
    reload: () => {
      const outcome = last.then(attempt);
      last = outcome;
      return outcome;
    },
    stop: async () => {
      isStopped = true;
      await last;
    },
  };
};
