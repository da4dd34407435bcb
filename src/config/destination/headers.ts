import {z} from 'zod';
import {Secret} from '../../secret.ts';
import {orNumber, secretFile} from '../fields.ts';

/** Headers that belong to a protocol, a login or the connection; prometheus.yml refuses them too. */
const reservedHeaders = [
  'accept-encoding',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'www-authenticate',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-prometheus-remote-write-version',
];

const token = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'the name of an HTTP header');

const headerName = token.refine(
  (name) => !reservedHeaders.includes(name.toLowerCase()),
  'a header that is free to set (to log in, see basic_auth and authorization)',
);

/** A header can hold a key, so its value is kept as a secret. */
const headerValue = orNumber(
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'the value of an HTTP header'),
).transform((value) => Secret.of(value));

/** Several values of one header are the same as one with commas: RFC 9110, section 5.3. */
const combine = (values: readonly Secret[]): Secret => Secret.join(values, ', ');

/** `headers`: a value for each name. */
export const headers = z.record(headerName, headerValue);

/** `http_headers`: values for each name, from the configuration and from files. */
export const httpHeaders = z.record(
  headerName,
  z
    .strictObject({
      values: z.array(headerValue).default([]).describe('Values.'),
      secrets: z.array(headerValue).default([]).describe('Values that are secret.'),
      files: z.array(secretFile).default([]).describe('Files with values.'),
    })
    .transform(({values, secrets, files}) => combine([...values, ...secrets, ...files])),
);

/** `proxy_connect_header`: values for each name. */
export const proxyHeaders = z.record(token, z.array(headerValue).transform(combine));

/** Both kinds of headers in one; a name that is given more than once is a problem at its second place. */
export const mergeHeaders = (
  plain: Readonly<Record<string, Secret>>,
  more: Readonly<Record<string, Secret>>,
  context: z.RefinementCtx,
): Record<string, Secret> => {
  const seen = new Set<string>();
  for (const [key, group] of [
    ['headers', plain],
    ['http_headers', more],
  ] as const) {
    for (const name of Object.keys(group)) {
      if (seen.has(name.toLowerCase())) {
        context.addIssue({code: 'custom', path: [key, name], message: 'a header that is not given twice'});
      }
      seen.add(name.toLowerCase());
    }
  }
  return {...plain, ...more};
};
