import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

/** A module of this folder that runs as a process of its own, and that is asked and answers by messages. */
export interface Child {
  /** Its next message. Rejects when it ends without one. */
  next(): Promise<unknown>;
  ask(message: string | object): Promise<unknown>;
  /** Ends it. */
  stop(): Promise<void>;
}

const exited = async (child: ChildProcess, name: string): Promise<never> => {
  const [code] = await once(child, 'exit');
  throw new Error(`${name} ended with ${code}`);
};

/** @param execArgv flags of Node. */
export const startChild = (
  name:
    | 'receiver'
    | 'drain'
    | 'reflector'
    | 'speed'
    | 'fleet/probes'
    | 'forward/target'
    | 'scrape/load'
    | 'scrape/prom-client'
    | 'scrape/fixed',
  args: readonly string[],
  execArgv: readonly string[] = [],
): Child => {
  const child = fork(fileURLToPath(new URL(`${name}.js`, import.meta.url)), args, {execArgv: [...execArgv]});
  const end = exited(child, name);
  end.catch(() => undefined);
  const next = async (): Promise<unknown> => {
    const [message]: unknown[] = await Promise.race([once(child, 'message'), end]);
    return message;
  };
  return {
    next,
    ask: (message) => {
      child.send(message);
      return next();
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await end.catch(() => undefined);
    },
  };
};
