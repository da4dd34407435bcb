import type {SecureVersion} from 'node:tls';
import {z} from 'zod';
import type {TlsSettings} from '../../delivery/http/settings.ts';
import {tlsProblem} from '../../delivery/http/tls.ts';
import {atMostOneSecret, nonEmpty, secretFile, secretText} from '../fields.ts';
import {wholeSentence} from '../problem.ts';

const versions = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
} as const satisfies Record<string, SecureVersion>;

const version = z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']);

/** `tls_config`. Certificates and keys that can't be used are problems now, rather than at the first request. */
export const tlsConfig = z
  .strictObject({
    ca: secretText.optional().describe("PEM certificates of the authorities to trust in place of Node's."),
    ca_file: secretFile.optional().describe('A file with them.'),
    cert: secretText.optional().describe('PEM certificate of this client.'),
    cert_file: secretFile.optional().describe('A file with it.'),
    key: secretText.optional().describe('Its PEM key.'),
    key_file: secretFile.optional().describe('A file with it.'),
    server_name: nonEmpty
      .optional()
      .describe("The name that the server's certificate has to have; without it, that of the address."),
    insecure_skip_verify: z.boolean().default(false).describe('Whether any certificate is accepted.'),
    min_version: version.optional().describe('The lowest version of TLS.'),
    max_version: version.optional().describe('The highest version of TLS.'),
  })
  .transform((given, context): TlsSettings => {
    const ca = atMostOneSecret('ca', given.ca, given.ca_file, context);
    const certificate = atMostOneSecret('cert', given.cert, given.cert_file, context);
    const key = atMostOneSecret('key', given.key, given.key_file, context);
    if ((certificate === undefined) !== (key === undefined)) {
      context.addIssue({code: 'custom', message: 'cert and key together, or neither'});
    }
    const {min_version: min, max_version: max} = given;
    if (min !== undefined && max !== undefined && min > max) {
      context.addIssue({code: 'custom', message: 'a max_version that is not below min_version'});
    }
    const settings: TlsSettings = {
      ...(ca && {ca}),
      ...(certificate && key && {client: {certificate, key}}),
      ...(given.server_name !== undefined && {serverName: given.server_name}),
      ...(given.insecure_skip_verify && {insecureSkipVerify: true}),
      ...(min && {minVersion: versions[min]}),
      ...(max && {maxVersion: versions[max]}),
    };
    const problem = tlsProblem(settings);
    if (problem !== undefined) context.addIssue(wholeSentence(problem));
    return settings;
  });
