import {z} from 'zod';
import {baseUrl, duration, nonEmpty, orNumber, positiveDuration, readableFile} from './fields.ts';

const serverId = z.int().min(1);

/** For programs that take whole seconds alone. */
const wholeSeconds = <T extends z.ZodType<number>>(given: T) =>
  given.refine((ms) => ms % 1000 === 0, 'a duration in whole seconds');

export const ookla = z
  .strictObject({
    path: nonEmpty.default('speedtest'),
    accept_license: z.boolean().default(false),
    accept_gdpr: z.boolean().default(false),
    server_id: serverId.optional(),
  })
  .transform((given) => ({
    path: given.path,
    acceptLicense: given.accept_license,
    acceptGdpr: given.accept_gdpr,
    ...(given.server_id !== undefined && {serverId: given.server_id}),
  }));

export const speedtestCli = z
  .strictObject({
    path: nonEmpty.default('speedtest-cli'),
    server_id: serverId.optional(),
    secure: z.boolean().default(false),
  })
  .transform((given) => ({
    path: given.path,
    secure: given.secure,
    ...(given.server_id !== undefined && {serverId: given.server_id}),
  }));

export const librespeedCli = z
  .strictObject({
    path: nonEmpty.default('librespeed-cli'),
    server: baseUrl.optional(),
    server_list: readableFile.optional(),
    server_id: serverId.optional(),
    duration: wholeSeconds(positiveDuration).prefault('10s'),
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
    path: nonEmpty.default('iperf3'),
    host: nonEmpty.optional(),
    port: z.int().min(1).max(65_535).default(5201),
    duration: wholeSeconds(positiveDuration).prefault('10s'),
    omit: wholeSeconds(duration).prefault('1s'),
    streams: z.int().min(1).max(128).default(4),
    udp_rate: z
      .string()
      .regex(/^\d+(\.\d+)?[KMG]?$/, 'a rate in bits per second such as 500K, 10M or 1G')
      .optional(),
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
  .strictObject({run: z.tuple([nonEmpty], orNumber(z.string())).optional()})
  .transform(({run}) => ({...(run !== undefined && {run})}));
