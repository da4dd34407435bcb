import {z} from 'zod';
import type {Measurement} from '../../result.ts';
import {type Engine, EngineError, type JobNetwork} from '../engine.ts';
import {exitFailure} from './failure.ts';
import {type Invocation, type Output, runProgram} from './program.ts';
import {believable, readJson, readShape} from './read.ts';
import {askVersion} from './version.ts';

/** Settings of librespeed-cli (https://github.com/librespeed/speedtest-cli). */
export interface LibrespeedCliSettings {
  readonly path: string;
  /** Base URL of the server to use, where its services are `garbage.php`, `empty.php` and `getIP.php`. */
  readonly server?: string;
  /** Path of a list of servers, where `server` is absent; librespeed.org's list where both are. */
  readonly serverList?: string;
  /** The server of the list; the one with the lowest latency when absent. */
  readonly serverId?: number;
  /** Whole seconds, each direction. */
  readonly durationMs: number;
}

/** A list with one server. The names with .php are those that backends in PHP, Go and Rust and the reflector all have. */
const listOf = (server: string): string =>
  JSON.stringify([
    {
      id: 1,
      name: server,
      server,
      dlURL: 'garbage.php',
      ulURL: 'empty.php',
      pingURL: 'empty.php',
      getIpURL: 'getIP.php',
    },
  ]);

const serverArgs = ({server, serverList, serverId}: LibrespeedCliSettings): readonly string[] => {
  if (server !== undefined) return ['--local-json', '-', '--server', '1'];
  return [
    ...(serverList === undefined ? [] : ['--local-json', serverList]),
    ...(serverId === undefined ? [] : ['--server', String(serverId)]),
  ];
};

/** How the program is run for one test, by its `--help`. */
export const librespeedCliInvocation = (settings: LibrespeedCliSettings & JobNetwork): Invocation => ({
  program: settings.path,
  args: [
    '--json',
    '--duration',
    String(settings.durationMs / 1000),
    ...serverArgs(settings),
    ...(settings.ipFamily === undefined ? [] : [`--ipv${settings.ipFamily}`]),
    ...(settings.sourceAddress === undefined ? [] : ['--source', settings.sourceAddress]),
  ],
  ...(settings.server !== undefined && {input: listOf(settings.server)}),
});

/** JSONReport in report/json.go of 1.0.13: rates in Mbit/s, though the program's help says bits; times in ms. */
const report = z.object({
  server: z.object({name: z.string(), url: z.string()}),
  client: z.object({org: z.string().optional()}).optional(),
  bytes_sent: z.number(),
  bytes_received: z.number(),
  ping: z.number(),
  jitter: z.number(),
  upload: z.number(),
  download: z.number(),
});
/** `null` in place of a list is a server that was chosen and did not answer. */
const reports = z.tuple([report]).rest(z.unknown()).nullable();

const bytesPerMegabit = 125_000;

/** The host of a server's address, which a list may give without its scheme. */
const hostOf = (url: string): string => {
  const absolute = url.startsWith('//') ? `https:${url}` : url;
  return URL.canParse(absolute) ? new URL(absolute).host : url;
};

/** What one run of the program measured. Throws an `EngineError`. */
export const readLibrespeedCli = (what: string, output: Output): Omit<Measurement, 'engine'> => {
  if (output.exitCode !== 0) throw exitFailure(what, output);
  const list = readShape(what, reports, readJson(what, output.stdout));
  if (list === null) throw new EngineError('no-server', `${what}: the server does not answer`);
  const [{server, client, ...read}] = list;
  const isp = client?.org?.replace(/^AS\d+\s+/, '').trim() ?? '';
  return believable(what, {
    server: {...(server.name !== '' && {name: server.name}), host: hostOf(server.url)},
    ...(isp !== '' && {isp}),
    // It counts whole milliseconds: 0 is less than it can tell.
    ...(read.ping !== 0 && {ping: {latencyMs: read.ping, jitterMs: read.jitter}}),
    download: {bytesPerSecond: read.download * bytesPerMegabit, bytes: read.bytes_received},
    upload: {bytesPerSecond: read.upload * bytesPerMegabit, bytes: read.bytes_sent},
  });
};

/** librespeed-cli: latency with jitter and both rates, of any server of the LibreSpeed protocol. It reports no phases. */
export const librespeedCliEngine = (settings: LibrespeedCliSettings & JobNetwork): Engine => {
  const {path: program, server, serverList} = settings;
  return async (run, signal) => {
    run.onProgress({phase: 'connect', server: server ?? serverList ?? 'librespeed.org'});
    const version = await askVersion(program, signal);
    const output = await runProgram(librespeedCliInvocation(settings), signal);
    return {
      engine: {name: 'librespeed-cli', ...(version?.number !== undefined && {version: version.number})},
      ...readLibrespeedCli(program, output),
    };
  };
};
