import {X509Certificate} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {z} from 'zod';
import {baseUrl, dataSize, nonEmpty, parsed, positiveDuration, readableFile} from './fields.ts';
import {command, iperf3, librespeedCli, ookla, speedtestCli} from './program-engines.ts';

const transferKeys = {
  duration: positiveDuration.prefault('10s'),
  connections: z.int().min(1).max(64).optional(),
  max_bytes: dataSize.optional(),
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

const icmpKeys = {icmp_packet_loss: z.boolean().default(false)};

const trustKeys = {ca_file: certificatesFile.optional()};

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
    embedded: z.strictObject(transferKeys).prefault({}),
    librespeed: z
      .strictObject({
        server: baseUrl.optional(),
        server_list: readableFile.optional(),
        server_id: nonEmpty.optional(),
        ...trustKeys,
        ...icmpKeys,
        ...transferKeys,
      })
      .refine(({server_id: id, server_list: list}) => id === undefined || list !== undefined, {
        path: ['server_id'],
        message: 'a server_list that has it',
      })
      .prefault({}),
    cloudflare: z
      .strictObject({
        url: baseUrl.prefault('https://speed.cloudflare.com/'),
        ...trustKeys,
        ...icmpKeys,
        ...transferKeys,
      })
      .prefault({}),
    ookla: ookla.prefault({}),
    'speedtest-cli': speedtestCli.prefault({}),
    'librespeed-cli': librespeedCli.prefault({}),
    iperf3: iperf3.prefault({}),
    command: command.prefault({}),
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
