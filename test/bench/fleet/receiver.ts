import {setTimeout as sleep} from 'node:timers/promises';
import {type RunningProgram, startProgram} from '../program.ts';

/** What a VictoriaMetrics has been sent by remote write since it started, by its own count. */
export interface Received {
  readonly requests: number;
  readonly samples: number;
  /** With the requests' headers, without TCP's. */
  readonly bytes: number;
  readonly connections: number;
}

/** A VictoriaMetrics that can be away for a while. */
export interface FleetReceiver {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  start(): Promise<void>;
  /** Its data stays. */
  stop(): Promise<void>;
  /** @param requests how many it must have got: what it tells is some seconds old. */
  received(requests: number): Promise<Received>;
}

const counters = {
  requests: 'vm_http_requests_total{path="/api/v1/write", protocol="promremotewrite"}',
  samples: 'vm_rows_inserted_total{type="promremotewrite"}',
  bytes: 'vm_tcplistener_read_bytes_total{name="http"',
  connections: 'vm_tcplistener_accepts_total{name="http"',
} as const;

const readCounter = (metrics: string, name: string): number => {
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(name));
  const value = Number.parseInt(line?.split(' ').at(-1) ?? '', 10);
  if (Number.isNaN(value)) throw new Error(`VictoriaMetrics does not tell ${name}`);
  return value;
};

const readReceived = async (url: string): Promise<Received> => {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return {
    requests: readCounter(metrics, counters.requests),
    samples: readCounter(metrics, counters.samples),
    bytes: readCounter(metrics, counters.bytes),
    connections: readCounter(metrics, counters.connections),
  };
};

const patienceMs = 10_000;

/** @param path the executable. */
export const fleetReceiver = (path: string, port: number, dataFolder: string): FleetReceiver => {
  const address = `127.0.0.1:${port}`;
  const url = `http://${address}`;
  let running: RunningProgram | undefined;
  return {
    url,
    start: async () => {
      const args = [
        `-storageDataPath=${dataFolder}`,
        `-httpListenAddr=${address}`,
        '-retentionPeriod=100y',
        '-memory.allowedPercent=10',
        '-loggerLevel=ERROR',
      ];
      running = await startProgram(path, args, `${url}/health`);
    },
    stop: async () => {
      await running?.stop();
      running = undefined;
    },
    received: async (requests) => {
      const deadlineMs = performance.now() + patienceMs;
      for (;;) {
        const received = await readReceived(url);
        if (received.requests >= requests || performance.now() > deadlineMs) return received;
        await sleep(100);
      }
    },
  };
};
