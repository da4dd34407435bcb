import {type Server, startServer} from './server.ts';

export interface Pushgateway extends Server {
  /** What a scrape of it gives, in the text format. */
  metrics(): Promise<string>;
}

export interface PushgatewayOptions {
  /** A free one when left out. */
  readonly port?: number;
  /** Where it keeps its groups from its end to the next start; in memory alone when left out. */
  readonly file?: string;
}

/** Starts a real Pushgateway. */
export async function startPushgateway({port, file}: PushgatewayOptions = {}): Promise<Pushgateway> {
  const server = await startServer({
    program: 'pushgateway',
    args: (address) => [
      `--web.listen-address=${address}`,
      ...(file === undefined ? [] : [`--persistence.file=${file}`]),
    ],
    readyPath: '/-/ready',
    port,
  });
  return {
    ...server,
    async metrics() {
      const response = await fetch(`${server.url}/metrics`);
      if (!response.ok) throw new Error(`the Pushgateway answered ${response.status} to a scrape`);
      return response.text();
    },
  };
}
