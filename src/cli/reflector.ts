import {hostname} from 'node:os';
import {type RefusalKind, refusalKinds} from '../reflector/gate.ts';
import {type Notices, type Reflector, startReflector} from '../reflector/reflector.ts';
import {StartError} from '../reflector/start-error.ts';
import {createRefusalLog} from '../server/refusal-log.ts';
import {createLog} from '../telemetry/log.ts';
import {type ExitCode, exitCode} from './exit-code.ts';
import type {ReflectorFlags} from './reflector-flags.ts';
import {reflectorSettings} from './reflector-settings.ts';

/** The address that clients are given: one on all interfaces is reached by this machine's name. */
const publicUrl = ({url}: Reflector, host: string | undefined, needsToken: boolean): string => {
  const everywhere = host === undefined || host === '::' || host === '0.0.0.0';
  const base = everywhere ? url.replace(/\/\/[^/]*:/, `//${hostname()}:`) : url;
  return needsToken ? `${base}token=TOKEN/` : base;
};

const totals = (refused: ReadonlyMap<RefusalKind, number>): string =>
  refusalKinds.flatMap((kind) => (refused.has(kind) ? [`${kind} ${refused.get(kind)}`] : [])).join(', ');

/** Serves speed tests until `signal` aborts. Throws a `UsageError` for flags that can't be understood. */
export const reflector = async (flags: ReflectorFlags, signal: AbortSignal): Promise<ExitCode> => {
  const settings = reflectorSettings(flags);
  const log = createLog({level: 'info', format: 'auto'});
  const limited = (): ((message: string) => void) => createRefusalLog((message) => log.warn(message));
  // A log of its own for each kind, so that one kind does not hide another.
  const logs = new Map(refusalKinds.map((kind) => [kind, limited()]));
  const refused = new Map<RefusalKind, number>();
  const notices: Notices = {
    refused: (kind, reason) => {
      refused.set(kind, (refused.get(kind) ?? 0) + 1);
      logs.get(kind)?.(reason);
    },
    problem: (message) => log.error(`reflector: ${message}`),
  };
  const server = await startReflector({...settings, notices}).catch((error: unknown) => {
    if (error instanceof StartError) return error;
    throw error;
  });
  if (server instanceof StartError) {
    process.stderr.write(`${server.message}\n`);
    return exitCode.failed;
  }
  const url = publicUrl(server, settings.host, settings.token !== undefined);
  process.stdout.write(
    `Reflector at ${url}\nTest against it: speedtest-bridge test --engine librespeed --server ${url}\n`,
  );
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, {once: true}));
  }
  await server.close();
  if (refused.size > 0) log.info(`refused: ${totals(refused)}`);
  return exitCode.good;
};
