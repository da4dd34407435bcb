import {z} from 'zod';
import type {Measurement, TestServer} from '../../result.ts';
import {type Engine, EngineError, type JobNetwork} from '../engine.ts';
import {exitFailure} from './failure.ts';
import {requireAddress} from './network.ts';
import {type Output, runProgram} from './program.ts';
import {believable, readJson, readShape} from './read.ts';
import {askVersion} from './version.ts';

/** Settings of Python's speedtest-cli (https://github.com/sivel/speedtest-cli). */
export interface SpeedtestCliSettings {
  readonly path: string;
  readonly serverId?: number;
  /** HTTPS in place of HTTP, to speedtest.net and its servers. */
  readonly secure: boolean;
}

/** The program's arguments for one test, by its `--help`. */
export const speedtestCliArgs = (settings: SpeedtestCliSettings & JobNetwork): readonly string[] => [
  '--json',
  ...(settings.secure ? ['--secure'] : []),
  ...(settings.serverId === undefined ? [] : ['--server', String(settings.serverId)]),
  ...(settings.sourceAddress === undefined ? [] : ['--source', settings.sourceAddress]),
];

const optionalText = z.string().optional();

/** SpeedtestResults.dict in speedtest.py 2.1.3: rates in bits per second, the ping in milliseconds. */
const result = z.object({
  download: z.number(),
  upload: z.number(),
  ping: z.number(),
  bytes_received: z.number(),
  bytes_sent: z.number(),
  server: z.object({
    id: z.union([z.number(), z.string()]).transform(String).optional(),
    host: optionalText,
    sponsor: optionalText,
    name: optionalText,
    country: optionalText,
  }),
  client: z.object({isp: optionalText}).optional(),
});

/**
 * The ping is half the mean of three requests, each of which takes two round trips; one without an answer counts as
 * an hour (Speedtest.get_best_server).
 */
const unansweredMs = 3_600_000 / 6;

/** Whether all three requests of a ping in milliseconds were answered. */
export const isAnswered = (pingMs: number): boolean => pingMs < unansweredMs;

type Text = string | null | undefined;

/** What the program tells of a server, which it names by its sponsor, and calls by the place where it is. */
interface PrintedServer {
  readonly id?: string | number | null | undefined;
  readonly sponsor?: Text;
  readonly name?: Text;
  readonly host?: Text;
  readonly country?: Text;
}

/** The server that was tested against. Empty texts are left out. */
export const printedServer = ({id, sponsor, name, host, country}: PrintedServer): TestServer => ({
  ...(id && {id: String(id)}),
  ...(sponsor && {name: sponsor}),
  ...(host && {host}),
  ...(country && {country}),
  ...(name && {location: name}),
});

/** What one run of the program measured. Throws an `EngineError`. */
export const readSpeedtestCli = (what: string, output: Output): Omit<Measurement, 'engine'> => {
  if (output.exitCode !== 0) throw exitFailure(what, output);
  const read = readShape(what, result, readJson(what, output.stdout));
  if (read.ping >= 3 * unansweredMs)
    throw new EngineError('no-server', `${what}: the server does not answer`);
  const isp = read.client?.isp;
  return believable(what, {
    server: printedServer(read.server),
    ...(isp !== undefined && {isp}),
    ...(isAnswered(read.ping) && {ping: {latencyMs: read.ping}}),
    download: {bytesPerSecond: read.download / 8, bytes: read.bytes_received},
    upload: {bytesPerSecond: read.upload / 8, bytes: read.bytes_sent},
  });
};

/** Python's speedtest-cli: one latency and both rates, of Ookla's servers over HTTP. It reports no phases. */
export const speedtestCliEngine = (settings: SpeedtestCliSettings & JobNetwork): Engine => {
  const {path: program, serverId} = settings;
  return async (run, signal) => {
    requireAddress('speedtest-cli', settings);
    run.onProgress({
      phase: 'connect',
      server: serverId === undefined ? 'speedtest.net' : `speedtest.net server ${serverId}`,
    });
    const version = await askVersion(program, signal);
    const output = await runProgram({program, args: speedtestCliArgs(settings)}, signal);
    return {
      engine: {name: 'speedtest-cli', ...(version?.number !== undefined && {version: version.number})},
      ...readSpeedtestCli(program, output),
    };
  };
};
