import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readWebFile} from '../../../src/config/web-file.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../fixtures/tls.ts';

const hash = '$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG';

/** Writes the file beside a certificate and its key, and reads it; problems and warnings without the folder. */
const read = (yaml: string) => {
  const folder = temporaryFolder();
  const path = join(folder, 'web.yml');
  writeFileSync(path, yaml);
  writeFileSync(join(folder, 'server.crt'), certificates.server.cert);
  writeFileSync(join(folder, 'server.key'), certificates.server.key);
  writeFileSync(join(folder, 'other.key'), certificates.client.key);
  writeFileSync(join(folder, 'ca.crt'), authorities.ours);
  const outcome = readWebFile(path);
  if (!outcome.ok) return {problems: outcome.problems.map((line) => line.replace(`${folder}/`, ''))};
  return {...outcome.file, warnings: outcome.file.warnings.map((line) => line.replace(`${folder}/`, ''))};
};

/** `tls_server_config` with a certificate, and these keys. */
const tls = (keys: string): string =>
  `tls_server_config: {cert_file: server.crt, key_file: server.key, ${keys}}\n`;

describe('a file in the format of exporter-toolkit', () => {
  test('that is complete', () => {
    const file = read(`
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus.example, 192.0.2.7]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers:
    Content-Security-Policy: default-src 'self'
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: ''
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: ${hash}
  key_file: ${hash}
rate_limit: {interval: 1s, burst: 20}
`);
    expect(file).toMatchObject({
      tls: {
        clientAuth: 'RequireAndVerifyClientCert',
        clientAllowedSans: ['prometheus.example', '192.0.2.7'],
        protocol: {
          minVersion: 'TLSv1.2',
          maxVersion: 'TLSv1.3',
          honorCipherOrder: false,
          ecdhCurve: 'X25519:P-256',
          ciphers: expect.stringMatching(
            /^ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:TLS_AES/,
          ),
        },
      },
      headers: {
        'Content-Security-Policy': "default-src 'self'",
        'X-Frame-Options': 'deny',
        'X-Content-Type-Options': 'nosniff',
        'Strict-Transport-Security': 'max-age=31536000',
      },
      users: new Map([
        ['alice', hash],
        ['key_file', hash],
      ]),
      rateLimit: {intervalMs: 1000, burst: 20},
      warnings: [],
    });
  });

  test('that is empty asks for nothing', () => {
    expect(read('')).toMatchObject({
      tls: undefined,
      headers: {},
      users: new Map(),
      rateLimit: undefined,
      warnings: [],
    });
    expect(read('basic_auth_users:\nrate_limit: {interval: 0, burst: 1}\n')).toMatchObject({
      users: new Map(),
      rateLimit: undefined,
    });
  });

  test('with the certificate inline', () => {
    const {cert, key} = certificates.server;
    expect(read(JSON.stringify({tls_server_config: {cert, key}}))).toMatchObject({
      tls: {clientAuth: 'NoClientCert'},
    });
  });

  test('warns of HTTP/2', () => {
    expect(read('http_server_config: {http2: true}')).toMatchObject({
      warnings: ['web.yml:1:29: http_server_config.http2: has no effect: requests are answered by HTTP/1.1'],
    });
  });

  test.each([
    ['tls_server: {}', 'tls_server: unknown key'],
    [tls('unknown: 1'), 'tls_server_config.unknown: unknown key'],
    ['tls_server_config: {}', 'exactly one of cert and cert_file'],
    ['tls_server_config: {cert_file: server.crt}', 'exactly one of key and key_file'],
    [tls('cert: x'), 'exactly one of cert and cert_file'],
    ['tls_server_config: {cert_file: no.crt, key_file: server.key}', 'a file that can be read'],
    [
      'tls_server_config: {cert_file: server.crt, key_file: other.key}',
      "the certificate and key can't be used: ",
    ],
    [tls('min_version: TLS10'), 'TLS10 is not secure (RFC 8996)'],
    [tls('min_version: TLS14'), 'expected one of TLS12, TLS13, found "TLS14"'],
    [tls('min_version: TLS13, max_version: TLS12'), 'a max_version that is not below min_version'],
    [tls('cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]'), 'a cipher suite among TLS_AES_128_GCM_SHA256, '],
    [tls('curve_preferences: [X25519MLKEM768]'), 'a curve among CurveP256, CurveP384, CurveP521, X25519'],
    [tls('client_auth_type: Sometimes'), 'expected one of NoClientCert, RequestClientCert, '],
    [tls('client_auth_type: RequireAndVerifyClientCert'), 'RequireAndVerifyClientCert needs client_ca_file'],
    [tls('client_ca_file: ca.crt'), 'client_ca is there to verify clients'],
    [tls('client_allowed_sans: [a]'), 'client_allowed_sans needs client_auth_type'],
    [
      'http_server_config: {headers: {X-Powered-By: me}}',
      'http_server_config.headers.X-Powered-By: unknown key',
    ],
    ['http_server_config: {headers: {X-Frame-Options: allow}}', 'expected one of , deny, sameorigin'],
    [
      `basic_auth_users: {alice: secret}`,
      'basic_auth_users.alice: expected a bcrypt hash, as htpasswd -nBC 10 makes it, found <secret>',
    ],
    [`basic_auth_users: {alice: '${hash.replace('$10$', '$15$')}'}`, 'a cost of at most 14'],
    [`basic_auth_users: {'a:b': '${hash}'}`, 'a name without a colon'],
    ['rate_limit: {interval: 1s}', 'rate_limit.burst: expected a number'],
    ['- a', 'expected a group of keys'],
    ['a: b: c', 'invalid YAML'],
  ])('refuses %j', (yaml, problem) => {
    const {problems} = read(yaml);
    expect(problems?.join('\n')).toContain(problem);
    expect(problems?.[0]).toMatch(/^web\.yml:\d+:\d+: /);
  });
});
