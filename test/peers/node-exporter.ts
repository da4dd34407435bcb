import {type Server, startServer} from './server.ts';

/** Starts a real node_exporter on a free port. */
export const startNodeExporter = (): Promise<Server> =>
  startServer({
    program: 'node-exporter',
    args: (address) => [`--web.listen-address=${address}`],
    readyPath: '/metrics',
  });
