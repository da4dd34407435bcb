import {isIP} from 'node:net';
import type {SecureVersion} from 'node:tls';
import {z} from 'zod';
import {clientAuthTypes, type TlsSettings, tlsProblem} from '../server/tls.ts';
import {atMostOneSecret, nonEmpty, oneSecret, secretFile, secretText} from './fields.ts';
import {wholeSentence} from './problem.ts';

const versions = {TLS12: 'TLSv1.2', TLS13: 'TLSv1.3'} as const satisfies Record<string, SecureVersion>;

const isVersion = (text: string): text is keyof typeof versions => text in versions;

const version = z.string().transform((text, context) => {
  if (isVersion(text)) return versions[text];
  const isOld = ['TLS10', 'TLS11', 'SSL30'].includes(text);
  context.addIssue(
    isOld
      ? wholeSentence(`not supported: ${text} is not secure (RFC 8996); write TLS12 or TLS13`)
      : {code: 'custom', message: 'one of TLS12, TLS13'},
  );
  return z.NEVER;
});

/** Go's names of cipher suites (https://pkg.go.dev/crypto/tls#CipherSuites) by OpenSSL's. Those of TLS 1.3 are the same in both. */
const tls13Ciphers = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const ciphers = new Map([
  ...tls13Ciphers.map((name) => [name, name] as const),
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ECDHE-ECDSA-AES128-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ECDHE-ECDSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'ECDHE-RSA-AES128-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'ECDHE-RSA-AES256-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
]);

/** Go's names of curves (https://pkg.go.dev/crypto/tls#CurveID) by OpenSSL's. */
const curves = new Map([
  ['CurveP256', 'P-256'],
  ['CurveP384', 'P-384'],
  ['CurveP521', 'P-521'],
  ['X25519', 'X25519'],
]);

/** Names of Go's, as OpenSSL has them. */
const named = (names: ReadonlyMap<string, string>, what: string) =>
  z.array(
    z.string().transform((name, context): string => {
      const known = names.get(name);
      if (known !== undefined) return known;
      context.addIssue({code: 'custom', message: `${what} among ${[...names.keys()].join(', ')}`});
      return z.NEVER;
    }),
  );

/** With a list, Node leaves out the version of TLS from which it names none; Go takes those of TLS 1.3 for granted. */
const cipherList = (names: readonly string[]): string => [...new Set([...names, ...tls13Ciphers])].join(':');

const clientCaProblem = (clientAuth: TlsSettings['clientAuth'], hasCa: boolean): string | undefined => {
  const verifies = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert';
  if (verifies && !hasCa) return `client_auth_type ${clientAuth} needs client_ca_file or client_ca`;
  if (!verifies && hasCa) {
    return 'client_ca is there to verify clients: write client_auth_type RequireAndVerifyClientCert';
  }
  return undefined;
};

const sansProblem = (clientAuth: TlsSettings['clientAuth'], sans: readonly string[]): string | undefined => {
  if (sans.length === 0 || clientAuth === 'RequireAndVerifyClientCert') return undefined;
  if (clientAuth === 'RequireAnyClientCert') return undefined;
  return 'client_allowed_sans needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert';
};

const san = nonEmpty.refine(
  (text) => isIP(text) !== 0 || !/\s/.test(text),
  'a name, address, mailbox or URI',
);

/** `tls_server_config` of the web configuration file. Certificates and keys that can't be used are problems now. */
export const tlsServerConfig = z
  .strictObject({
    cert: secretText.optional(),
    cert_file: secretFile.optional(),
    key: secretText.optional(),
    key_file: secretFile.optional(),
    client_ca: secretText.optional(),
    client_ca_file: secretFile.optional(),
    client_auth_type: z.enum(clientAuthTypes).default('NoClientCert'),
    client_allowed_sans: z.array(san).default([]),
    min_version: version.prefault('TLS12'),
    max_version: version.prefault('TLS13'),
    cipher_suites: named(ciphers, 'a cipher suite').default([]),
    prefer_server_cipher_suites: z.boolean().default(true),
    curve_preferences: named(curves, 'a curve').default([]),
  })
  .transform((given, context): TlsSettings => {
    const clientCa = atMostOneSecret('client_ca', given.client_ca, given.client_ca_file, context);
    const settings: TlsSettings = {
      certificate: oneSecret('cert', given.cert, given.cert_file, context),
      key: oneSecret('key', given.key, given.key_file, context),
      clientCa,
      clientAuth: given.client_auth_type,
      clientAllowedSans: given.client_allowed_sans,
      protocol: {
        minVersion: given.min_version,
        maxVersion: given.max_version,
        honorCipherOrder: given.prefer_server_cipher_suites,
        ...(given.cipher_suites.length > 0 && {ciphers: cipherList(given.cipher_suites)}),
        ...(given.curve_preferences.length > 0 && {ecdhCurve: given.curve_preferences.join(':')}),
      },
    };
    if (context.issues.length > 0) return settings;
    if (given.min_version > given.max_version) {
      context.addIssue({code: 'custom', message: 'a max_version that is not below min_version'});
    }
    const problem =
      clientCaProblem(settings.clientAuth, clientCa !== undefined) ??
      sansProblem(settings.clientAuth, settings.clientAllowedSans) ??
      tlsProblem(settings);
    if (problem !== undefined) context.addIssue(wholeSentence(problem));
    return settings;
  });
