import {X509Certificate} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {z} from 'zod';
import {baseUrl, dataSize, nonEmpty, parsed, positiveDuration, readableFile} from './fields.ts';
import {command, iperf3, librespeedCli, ookla, speedtestCli} from './program-engines.ts';

const transferKeys = {
  duration: positiveDuration.prefault('10s').describe('Time of each direction.'),
  connections: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Connections of each direction; without it, as many as the line needs, 2 to 16.'),
  max_bytes: dataSize.optional().describe('A direction ends when it has moved this much.'),
};

/** Its text is read at each test; what is no certificate would be passed over in silence then. */
const certificatesFile = parsed((path) => {
  try {
    new X509Certificate(readFileSync(path, 'utf8'));
    return path;
  } catch {
    return undefined;
  }
}, 'a file of PEM certificates that can be read');

const icmpKeys = {
  icmp_packet_loss: z
    .boolean()
    .default(false)
    .describe(
      "Whether to measure packet loss by the system's ping where the server sends no datagrams back. It is absent, with a warning in the log, where ping is missing or may not be run.",
    ),
};

const trustKeys = {
  ca_file: certificatesFile
    .optional()
    .describe("PEM certificates of the authorities to trust in place of Node's."),
};

const transferSettings = (keys: {
  duration: number;
  connections?: number | undefined;
  max_bytes?: number | undefined;
}) => ({
  durationMs: keys.duration,
  ...(keys.connections !== undefined && {connections: keys.connections}),
  ...(keys.max_bytes !== undefined && {maxBytes: keys.max_bytes}),
});

/** The section `engines`. */
export const engines = z
  .strictObject({
    embedded: z.strictObject(transferKeys).prefault({}).describe('This machine against itself.'),
    librespeed: z
      .strictObject({
        server: baseUrl.optional().describe('Base address of a LibreSpeed server.'),
        server_list: readableFile
          .optional()
          .describe(
            "File with a list in LibreSpeed's format: the nearest server is used, and the two after it when it fails.",
          ),
        server_id: nonEmpty
          .optional()
          .describe("Id or name of the list's server to use, in place of the nearest."),
        ...trustKeys,
        ...icmpKeys,
        ...transferKeys,
      })
      .refine(({server_id: id, server_list: list}) => id === undefined || list !== undefined, {
        path: ['server_id'],
        message: 'a server_list that has it',
      })
      .prefault({})
      .describe('A LibreSpeed server, or the nearest of a list.'),
    cloudflare: z
      .strictObject({
        url: baseUrl
          .prefault('https://speed.cloudflare.com/')
          .describe(
            "Base address of Cloudflare's speed test. Its server_country is the one in which it takes you to be, and isp is there only where it tells.",
          ),
        ...trustKeys,
        ...icmpKeys,
        ...transferKeys,
      })
      .prefault({})
      .describe("Cloudflare's speed test."),
    ookla: ookla.prefault({}).describe("Ookla's own program speedtest, which you install."),
    'speedtest-cli': speedtestCli.prefault({}).describe("Python's speedtest-cli."),
    'librespeed-cli': librespeedCli.prefault({}).describe('The program librespeed-cli.'),
    iperf3: iperf3.prefault({}).describe('The program iperf3, against a server of yours.'),
    command: command.prefault({}).describe("Any program that prints a result in the JSON of Ookla's."),
  })
  .transform(({embedded, librespeed, cloudflare, ...programs}) => ({
    ...programs,
    embedded: transferSettings(embedded),
    librespeed: {
      ...transferSettings(librespeed),
      icmpPacketLoss: librespeed.icmp_packet_loss,
      ...(librespeed.ca_file !== undefined && {caFile: librespeed.ca_file}),
      ...(librespeed.server !== undefined && {server: librespeed.server}),
      ...(librespeed.server_list !== undefined && {serverList: librespeed.server_list}),
      ...(librespeed.server_id !== undefined && {serverId: librespeed.server_id}),
    },
    cloudflare: {
      url: cloudflare.url,
      ...transferSettings(cloudflare),
      icmpPacketLoss: cloudflare.icmp_packet_loss,
      ...(cloudflare.ca_file !== undefined && {caFile: cloudflare.ca_file}),
    },
  }));
