import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import protobuf from 'protobufjs';
import {z} from 'zod';

const messageType = (file: string, name: string): protobuf.Type => {
  const path = fileURLToPath(new URL(`../../../proto/${file}`, import.meta.url));
  return protobuf.parse(readFileSync(path, 'utf8'), {keepCase: true}).root.lookupType(name);
};
const writeRequestType = messageType('remote-write-1.0.proto', 'prometheus.WriteRequest');
const requestV2Type = messageType('remote-write-2.0.proto', 'io.prometheus.write.v2.Request');

const sample = z.strictObject({
  value: z.custom<number>((value) => typeof value === 'number'),
  timestamp: z.int(),
});
/** A list that is left out where it is empty, for most series have none. */
const unlessEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);

const sampleV2 = z
  .strictObject({...sample.shape, start_timestamp: z.int()})
  .transform(({start_timestamp: start, ...rest}) => (start === 0 ? rest : {...rest, start_timestamp: start}));
const label = z.strictObject({name: z.string(), value: z.string()});
const writeRequest = z.strictObject({
  timeseries: z.array(
    z.strictObject({
      labels: z.array(label),
      samples: z.array(sample),
      exemplars: z
        .array(z.strictObject({labels: z.array(label), ...sample.shape}))
        .transform(unlessEmpty)
        .optional(),
    }),
  ),
});
const requestV2 = z.strictObject({
  symbols: z.array(z.string()),
  timeseries: z.array(
    z.strictObject({
      labels_refs: z.array(z.int()),
      samples: z.array(sampleV2),
      exemplars: z
        .array(z.strictObject({labels_refs: z.array(z.int()), ...sample.shape}))
        .transform(unlessEmpty)
        .optional(),
      metadata: z.strictObject({type: z.string(), help_ref: z.int(), unit_ref: z.int()}),
    }),
  ),
});

/** Requests as proto/ defines them; the field names are the messages'. */
export type WriteRequest = z.output<typeof writeRequest>;
export type RequestV2 = z.output<typeof requestV2>;

const decode = (type: protobuf.Type, bytes: Uint8Array): unknown =>
  type.toObject(type.decode(bytes), {longs: Number, enums: String, arrays: true, defaults: true});

/** What proto/remote-write-1.0.proto says that the bytes (not compressed) are. */
export const decodeWriteRequest = (bytes: Uint8Array): WriteRequest =>
  writeRequest.parse(decode(writeRequestType, bytes));

/** What proto/remote-write-2.0.proto says that the bytes (not compressed) are. */
export const decodeRequestV2 = (bytes: Uint8Array): RequestV2 =>
  requestV2.parse(decode(requestV2Type, bytes));

/** The bytes that protobufjs writes for a request by proto/remote-write-2.0.proto. */
export const encodeRequestV2 = (request: RequestV2): Uint8Array =>
  requestV2Type.encode(requestV2Type.fromObject(request)).finish();
