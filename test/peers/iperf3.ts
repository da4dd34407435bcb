import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {freePort} from './port.ts';
import {provide} from './provide.ts';

const attempts = 3;

/** A real iperf3 server on 127.0.0.1. */
export interface Iperf3Server {
  readonly port: number;
  /** Ends it with SIGKILL; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts an iperf3 server and waits until it says that it listens. It ends with the process that started it. */
export async function startIperf3(): Promise<Iperf3Server> {
  const executable = await provide('iperf3');
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    // A probe by TCP would count as a client. The kernel ends the server when this process dies; setpriv is of util-linux.
    const args = ['-s', '-B', '127.0.0.1', '-p', String(port), '--forceflush'];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', executable, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close');
    const listening = new Promise<boolean>((resolve) => {
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        if (said.includes('Server listening on')) resolve(true);
      });
      child.stderr.resume();
      ended.then(
        () => resolve(false),
        () => resolve(false),
      );
    });
    if (await listening) {
      return {
        port,
        stop: async () => {
          child.kill('SIGKILL');
          await ended;
        },
      };
    }
    if (attempt === attempts) throw new Error(`iperf3 did not start on 127.0.0.1:${port}`);
  }
}
