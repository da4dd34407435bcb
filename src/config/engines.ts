import {z} from 'zod';
import {parseBaseUrl} from '../engine/librespeed/server.ts';
import {parsed, positiveDuration, readableFile} from './fields.ts';

const transferKeys = {
  duration: positiveDuration.prefault('10s'),
  connections: z.int().min(1).max(64).default(4),
};

/** The section `engines`. */
export const engines = z
  .strictObject({
    embedded: z.strictObject(transferKeys).prefault({}),
    librespeed: z
      .strictObject({
        server: parsed(
          (value) => (parseBaseUrl(value) === undefined ? undefined : value),
          'an http:// or https:// address without user, query and fragment',
        ).optional(),
        server_list: readableFile.optional(),
        ...transferKeys,
      })
      .prefault({}),
  })
  .transform(({embedded, librespeed}) => ({
    embedded: {durationMs: embedded.duration, connections: embedded.connections},
    librespeed: {
      durationMs: librespeed.duration,
      connections: librespeed.connections,
      ...(librespeed.server !== undefined && {server: librespeed.server}),
      ...(librespeed.server_list !== undefined && {serverList: librespeed.server_list}),
    },
  }));
