import {z} from 'zod';
import {baseUrl, duration, nonEmpty, orNumber, positiveDuration, readableFile} from './fields.ts';

const serverId = z.int().min(1);

/** For programs that take whole seconds alone. */
const wholeSeconds = <T extends z.ZodType<number>>(given: T) =>
  given.refine((ms) => ms % 1000 === 0, 'a duration in whole seconds');

export const ookla = z
  .strictObject({
    path: nonEmpty.prefault('speedtest').describe('The program: a path, or a name on PATH.'),
    accept_license: z
      .boolean()
      .default(false)
      .describe(
        "That you accept Ookla's licence (https://www.speedtest.net/about/eula). Nothing is run without.",
      ),
    accept_gdpr: z
      .boolean()
      .default(false)
      .describe("That you accept Ookla's notice on data, which it asks in the EU."),
    server_id: serverId
      .optional()
      .describe("Id of the server to test against; without it, the program's choice."),
  })
  .transform((given) => ({
    path: given.path,
    acceptLicense: given.accept_license,
    acceptGdpr: given.accept_gdpr,
    ...(given.server_id !== undefined && {serverId: given.server_id}),
  }));

export const speedtestCli = z
  .strictObject({
    path: nonEmpty.prefault('speedtest-cli').describe('The program: a path, or a name on PATH.'),
    server_id: serverId
      .optional()
      .describe("Id of the server to test against; without it, the program's choice."),
    secure: z.boolean().default(false).describe('HTTPS in place of HTTP.'),
  })
  .transform((given) => ({
    path: given.path,
    secure: given.secure,
    ...(given.server_id !== undefined && {serverId: given.server_id}),
  }));

export const librespeedCli = z
  .strictObject({
    path: nonEmpty.prefault('librespeed-cli').describe('The program: a path, or a name on PATH.'),
    server: baseUrl
      .optional()
      .describe(
        'Base address of a server, where it has garbage.php and the like; not beside server_list and server_id.',
      ),
    server_list: readableFile
      .optional()
      .describe("File with a list in LibreSpeed's format; without it, librespeed.org's."),
    server_id: serverId
      .optional()
      .describe("Id of the server to test against; without it, the program's choice."),
    duration: wholeSeconds(positiveDuration)
      .prefault('10s')
      .describe('Time of each direction, in whole seconds.'),
  })
  .refine(
    ({server, server_list: list, server_id: id}) => server === undefined || (list ?? id) === undefined,
    {
      path: ['server'],
      message: 'either server, or server_list and server_id',
    },
  )
  .transform((given) => ({
    path: given.path,
    durationMs: given.duration,
    ...(given.server !== undefined && {server: given.server}),
    ...(given.server_list !== undefined && {serverList: given.server_list}),
    ...(given.server_id !== undefined && {serverId: given.server_id}),
  }));

export const iperf3 = z
  .strictObject({
    path: nonEmpty.prefault('iperf3').describe('The program: a path, or a name on PATH.'),
    host: nonEmpty
      .optional()
      .describe('The iperf3 server, without which the engine does not work. It serves one test at a time.'),
    port: z.int().min(1).max(65_535).default(5201).describe("The server's port."),
    duration: wholeSeconds(positiveDuration)
      .prefault('10s')
      .describe('Time of each direction, in whole seconds.'),
    omit: wholeSeconds(duration)
      .prefault('1s')
      .describe('Start of each run that does not count, in whole seconds.'),
    streams: z.int().min(1).max(128).default(4).describe('Connections of each direction.'),
    udp_rate: z
      .string()
      .regex(/^\d+(\.\d+)?[KMG]?$/, 'a rate in bits per second such as 500K, 10M or 1G')
      .optional()
      .describe('Bits per second, such as 10M, of a run over UDP from the server, for packet loss.'),
  })
  .transform((given) => ({
    path: given.path,
    port: given.port,
    durationMs: given.duration,
    omitMs: given.omit,
    streams: given.streams,
    ...(given.host !== undefined && {host: given.host}),
    ...(given.udp_rate !== undefined && {udpRate: given.udp_rate}),
  }));

export const command = z
  .strictObject({
    run: z
      .tuple([nonEmpty], orNumber(z.string()))
      .optional()
      .describe(
        'The program and its arguments, without which the engine does not work. No shell reads them.',
      ),
  })
  .transform(({run}) => ({...(run !== undefined && {run})}));
