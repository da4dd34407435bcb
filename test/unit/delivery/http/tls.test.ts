import {rmSync, writeFileSync} from 'node:fs';
import type {ServerOptions} from 'node:https';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {TlsSettings} from '../../../../src/delivery/http/settings.ts';
import {tlsProblem} from '../../../../src/delivery/http/tls.ts';
import {Secret} from '../../../../src/secret.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../../fixtures/tls.ts';
import {accept, clientFor, post, serve} from './clients.ts';

type Name = keyof typeof certificates;

const ca = Secret.of(authorities.ours);
const client = (certificate: Name, key: Name = certificate) => ({
  certificate: Secret.of(certificates[certificate].cert),
  key: Secret.of(certificates[key].key),
});

const serveAt = async (host: string, options: ServerOptions) => {
  const server = await serve(accept, options);
  server.url.hostname = host;
  return server;
};

describe('a server', () => {
  const trusted = {status: 200};
  const fails = (words: string) => ({cause: `the TLS certificate of PEER ${words}`});

  test.each<[string, Name, TlsSettings, string, object]>([
    ['of a trusted authority', 'server', {ca}, 'localhost', trusted],
    ['by its address', 'server', {ca}, '127.0.0.1', trusted],
    [
      'of an authority that the system does not know',
      'server',
      {},
      'localhost',
      fails('is signed by an authority that is not trusted'),
    ],
    [
      'of another authority',
      'server',
      {ca: Secret.of(authorities.other)},
      'localhost',
      fails('is signed by an authority that is not trusted'),
    ],
    ['with an expired certificate', 'expired', {ca}, 'localhost', fails('has expired')],
    ['of another name', 'elsewhere', {ca}, 'localhost', fails('is for another host name')],
    ['of the name to expect', 'elsewhere', {ca, serverName: 'elsewhere.example'}, 'localhost', trusted],
    ['of the address to expect', 'server', {ca, serverName: '127.0.0.1'}, 'localhost', trusted],
    [
      'of another than the address to expect',
      'server',
      {ca, serverName: '127.0.0.2'},
      'localhost',
      fails('is for another host name'),
    ],
    ['that need not be trusted', 'elsewhere', {insecureSkipVerify: true}, 'localhost', trusted],
  ])('%s', async (_, name, tls, host, expected) => {
    const {url} = await serveAt(host, certificates[name]);
    const answer = await post(clientFor(url, {tls}));
    expect(JSON.parse(JSON.stringify(answer).replaceAll(url.host, 'PEER'))).toMatchObject(expected);
  });
});

describe('a server that wants a certificate', () => {
  const strict: ServerOptions = {
    ...certificates.server,
    ca: authorities.ours,
    requestCert: true,
    rejectUnauthorized: true,
  };

  test('is shown it', async () => {
    const {url} = await serveAt('localhost', strict);
    expect(await post(clientFor(url, {tls: {ca, client: client('client')}}))).toMatchObject({status: 200});
  });

  test('refuses a client without one', async () => {
    const {url} = await serveAt('localhost', {...strict, maxVersion: 'TLSv1.2'});
    expect(await post(clientFor(url, {tls: {ca}}))).toEqual({
      kind: 'failed',
      cause: `${url.host} refused the TLS handshake: does it want a client certificate (tls_config.cert)?`,
    });
  });

  test('refuses one of another authority', async () => {
    const {url} = await serveAt('localhost', {...strict, ca: authorities.other});
    const tls = {ca, client: client('client')};
    expect(await post(clientFor(url, {tls}))).toMatchObject({kind: 'failed'});
  });
});

test.each<[TlsSettings, ServerOptions]>([
  [{minVersion: 'TLSv1.3'}, {maxVersion: 'TLSv1.2'}],
  [{maxVersion: 'TLSv1.2'}, {minVersion: 'TLSv1.3'}],
])('a version of TLS outside of %j is not spoken', async (tls, server) => {
  const {url} = await serveAt('localhost', {...certificates.server, ...server});
  expect(await post(clientFor(url, {tls: {ca, ...tls}}))).toEqual({
    kind: 'failed',
    cause: `${url.host} speaks no version of TLS that tls_config allows`,
  });
});

test('takes up a changed certificate with the next request, and tells when it cannot', async () => {
  const folder = temporaryFolder();
  const paths = {ca: join(folder, 'ca'), cert: join(folder, 'cert'), key: join(folder, 'key')};
  const put = (authority: string, {cert, key}: {cert: string; key: string}): void => {
    writeFileSync(paths.ca, authority);
    writeFileSync(paths.cert, cert);
    writeFileSync(paths.key, key);
  };
  const {url, requests} = await serveAt('localhost', {
    ...certificates.server,
    ca: authorities.ours,
    requestCert: true,
    rejectUnauthorized: true,
  });
  put(authorities.ours, certificates.client);
  const sender = clientFor(url, {
    tls: {
      ca: Secret.fromFile(paths.ca),
      client: {certificate: Secret.fromFile(paths.cert), key: Secret.fromFile(paths.key)},
    },
  });
  const send = () => post(sender);

  expect(await send()).toMatchObject({status: 200});
  expect(await send()).toMatchObject({status: 200});
  expect(requests[1]?.clientPort).toBe(requests[0]?.clientPort);
  put(authorities.other, certificates.client);
  expect(await send()).toMatchObject({cause: expect.stringContaining('not trusted')});
  put(authorities.ours, {...certificates.client, key: certificates.server.key});
  expect(await send()).toEqual({kind: 'failed', cause: 'key of tls_config is not the key of its cert'});
  put(authorities.ours, {cert: 'soon', key: 'soon'});
  expect(await send()).toEqual({kind: 'failed', cause: 'cert or key of tls_config is not in PEM'});
  rmSync(paths.key);
  expect(await send()).toMatchObject({kind: 'failed', cause: expect.stringContaining(paths.key)});
  put(authorities.ours, certificates.client);
  expect(await send()).toMatchObject({status: 200});
});

test.each<[string, TlsSettings, string | undefined]>([
  ['nothing', {}, undefined],
  ['all that fits', {ca, client: client('client')}, undefined],
  ['an authority that is none', {ca: Secret.of('none')}, 'ca is not a PEM certificate'],
  [
    'a certificate that is none',
    {client: {certificate: Secret.of('none'), key: Secret.of(certificates.client.key)}},
    'cert is not a PEM certificate',
  ],
  [
    'a key that is none',
    {client: {certificate: Secret.of(certificates.client.cert), key: Secret.of('none')}},
    'key is not a PEM key without a passphrase',
  ],
  ["another certificate's key", {client: client('client', 'server')}, 'key is not the key of cert'],
])('the problem of %s', (_, settings, problem) => {
  expect(tlsProblem(settings)).toBe(problem);
});
