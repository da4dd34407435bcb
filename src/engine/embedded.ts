import {forkReflector, type ReflectorProcess} from '../reflector/fork.ts';
import {plainLayout} from '../reflector/protocol.ts';
import {type Engine, EngineError} from './engine.ts';
import {locate} from './librespeed/server.ts';
import {abortFailure} from './native/failure.ts';
import {type MeasureSettings, measureTarget} from './native/measure.ts';

export interface EmbeddedSettings extends MeasureSettings {
  /** The engine's version, which is the package's. */
  readonly version: string;
  /** The compiled entry of the reflector's process; the one beside this module by default. */
  readonly reflectorEntry?: URL;
}

const name = 'embedded reflector';
const host = '127.0.0.1';

const start = async (entry: URL, signal: AbortSignal): Promise<ReflectorProcess> => {
  try {
    return await forkReflector(entry, signal);
  } catch (cause) {
    if (signal.aborted) throw abortFailure(name, signal);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('internal', `${name}: ${reason}`, {cause});
  }
};

/**
 * The native engine against a reflector of its own, which runs in a child process for the time of the test: it
 * measures this machine and needs no network. No provider is reported.
 */
export const embeddedEngine = (settings: EmbeddedSettings): Engine => {
  const {version, reflectorEntry = new URL('../reflector/child.js', import.meta.url)} = settings;
  const client = {...settings, userAgent: `speedtest-bridge/${version}`};
  return async (run, signal) => {
    run.onProgress({phase: 'connect', server: name});
    const reflector = await start(reflectorEntry, signal);
    try {
      const base = new URL(`http://${host}:${reflector.port}/`);
      const target = locate(base, plainLayout);
      const measured = await measureTarget(target, client, run, signal);
      return {engine: {name: 'embedded', version}, server: {name, host}, ...measured};
    } finally {
      await reflector.close();
    }
  };
};
