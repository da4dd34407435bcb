import {z} from 'zod';
import {parseBaseUrl} from '../engine/librespeed/server.ts';
import {parsed, positiveDuration, positiveSize, readableFile} from './fields.ts';

const transferKeys = {
  duration: positiveDuration.prefault('10s'),
  connections: z.int().min(1).max(64).default(4),
  max_bytes: positiveSize.optional(),
};

const transferSettings = (keys: {duration: number; connections: number; max_bytes?: number | undefined}) => ({
  durationMs: keys.duration,
  connections: keys.connections,
  ...(keys.max_bytes !== undefined && {maxBytes: keys.max_bytes}),
});

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
    embedded: transferSettings(embedded),
    librespeed: {
      ...transferSettings(librespeed),
      ...(librespeed.server !== undefined && {server: librespeed.server}),
      ...(librespeed.server_list !== undefined && {serverList: librespeed.server_list}),
    },
  }));
