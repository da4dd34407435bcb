import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {promisify} from 'node:util';

const execute = promisify(execFile);

export type Host = 'client' | 'server';

/** How the line between client and server is shaped, the same in both directions. */
export interface Line {
  readonly bitsPerSecond: number;
  /** The longest that a packet waits in the queue before it is dropped. */
  readonly queueMs: number;
}

/** A client and a server, and between them a router with a shaped line. */
export interface Network {
  /** The server's IP address. */
  readonly serverAddress: string;
  shape(line: Line): Promise<void>;
  /** Starts a program on a host. It ends with the network, or with this process, at the latest. */
  start(host: Host, command: readonly string[]): ChildProcess;
  /** Runs a program on a host to its end. Gives what it printed; rejects with that when it fails. */
  run(host: Host, command: readonly string[]): Promise<{readonly stdout: string; readonly stderr: string}>;
  /** Ends every host and what runs there. The kernel takes the interfaces with them. */
  close(): Promise<void>;
}

// Addresses that are set aside for benchmarks (RFC 2544, appendix C.2.2), here in namespaces without a way out.
const address = {
  client: '198.18.0.1',
  server: '198.18.1.1',
  toClient: '198.18.0.2',
  toServer: '198.18.1.2',
} as const;

/** What runs with this process and no longer, even when it is killed: setpriv is of util-linux. */
const ownedBy = (command: readonly string[]): readonly [string, readonly string[]] => [
  'setpriv',
  ['--pdeathsig', 'KILL', '--', ...command],
];

/** A network namespace without a name, which lasts as long as a process in it. */
interface Namespace {
  readonly pid: string;
  readonly enter: (command: readonly string[]) => readonly string[];
  close(): Promise<void>;
}

const createNamespace = async (): Promise<Namespace> => {
  const [program, args] = ownedBy(['unshare', '--net', 'sh', '-c', 'echo ready; exec sleep infinity']);
  const holder = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']});
  const closed = once(holder, 'close');
  let words = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  await Promise.race([
    once(holder.stdout, 'data'),
    closed.then(() => {
      throw new Error(`no network namespace: ${words.trim()}`);
    }),
  ]);
  const pid = String(holder.pid);
  return {
    pid,
    enter: (command) => ['nsenter', '--target', pid, '--net', '--', ...command],
    close: async () => {
      holder.kill('SIGKILL');
      await closed;
    },
  };
};

const inside = async ({enter}: Namespace, ...commands: readonly string[]): Promise<void> => {
  for (const command of commands) {
    const [program = '', ...args] = enter(command.split(' '));
    await execute(program, args);
  }
};

/** Joins a host to the router by a veth pair. */
const connect = async (
  host: Namespace,
  router: Namespace,
  interfaceName: string,
  hostAddress: string,
  routerAddress: string,
): Promise<void> => {
  await inside(
    router,
    `ip link add ${interfaceName} type veth peer name line netns ${host.pid}`,
    `ip address add ${routerAddress}/24 dev ${interfaceName}`,
    `ip link set ${interfaceName} up`,
  );
  await inside(
    host,
    'ip link set lo up',
    `ip address add ${hostAddress}/24 dev line`,
    'ip link set line up',
    `ip route add default via ${routerAddress}`,
    // It fills queues, as bbr does not; and a namespace may have it whatever the machine's own setting is.
    'sysctl -qw net.ipv4.tcp_congestion_control=reno',
  );
};

/** tbf lets this much time's bytes through at once; less than its queue holds, more than its timer is late. */
const burstMs = 2;
const leastBurstBytes = 4096;

/** Above this rate packets stay in the large pieces that TCP makes, for the processor's sake. */
const segmentedBelowBitsPerSecond = 200e6;

const shapeInterface = async (
  router: Namespace,
  interfaceName: string,
  {bitsPerSecond, queueMs}: Line,
): Promise<void> => {
  const bytesPerMs = bitsPerSecond / 8000;
  const burstBytes = Math.max(leastBurstBytes, Math.round(bytesPerMs * burstMs));
  const limitBytes = Math.round(bytesPerMs * queueMs);
  await inside(
    router,
    `tc qdisc replace dev ${interfaceName} root tbf rate ${bitsPerSecond}bit burst ${burstBytes} limit ${limitBytes}`,
  );
};

/**
 * Makes the network: three namespaces that know of nothing else. The shaped queue is at a router between the hosts,
 * as on a real line: at a host's own interface TCP would keep it short (TCP small queues).
 */
export const createNetwork = async (): Promise<Network> => {
  const namespaces: Namespace[] = [];
  const running = new Set<ChildProcess>();
  const add = async (): Promise<Namespace> => {
    const namespace = await createNamespace();
    namespaces.push(namespace);
    return namespace;
  };
  const close = async (): Promise<void> => {
    const ended = [...running].map((child) => once(child, 'close'));
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(ended);
    await Promise.all(namespaces.map((namespace) => namespace.close()));
  };
  try {
    const [client, router, server] = [await add(), await add(), await add()];
    await inside(router, 'sysctl -qw net.ipv4.ip_forward=1');
    await connect(client, router, 'to-client', address.client, address.toClient);
    await connect(server, router, 'to-server', address.server, address.toServer);
    const hosts = {client, server};
    return {
      serverAddress: address.server,
      shape: async (line) => {
        const segments = line.bitsPerSecond < segmentedBelowBitsPerSecond ? 1 : 65_535;
        await inside(client, `ip link set line gso_max_segs ${segments}`);
        await inside(server, `ip link set line gso_max_segs ${segments}`);
        await shapeInterface(router, 'to-client', line);
        await shapeInterface(router, 'to-server', line);
      },
      start: (host, command) => {
        const [program, args] = ownedBy(hosts[host].enter(command));
        const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'inherit']});
        running.add(child);
        child.once('close', () => running.delete(child));
        return child;
      },
      run: async (host, command) => {
        const [program, args] = ownedBy(hosts[host].enter(command));
        return await execute(program, [...args], {maxBuffer: 64 * 1024 * 1024});
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Why no such network can be made here; `undefined` where one can. */
export const networkHindrance = async (): Promise<string | undefined> => {
  try {
    const network = await createNetwork();
    await network.shape({bitsPerSecond: 1e6, queueMs: 50}).finally(network.close);
    return undefined;
  } catch (error) {
    const words = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    return `no shaped network can be made here: ${words}`;
  }
};
