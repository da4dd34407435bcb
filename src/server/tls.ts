import {createServer, type Server, type ServerOptions} from 'node:https';
import {createSecureContext, type SecureContextOptions, type TLSSocket} from 'node:tls';
import type {Revealed} from './access/bearer.ts';
import {hasAllowedSan} from './client-sans.ts';

/** What is asked of clients, in the words of Go's crypto/tls, as the web configuration file has them. */
export const clientAuthTypes = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuthType = (typeof clientAuthTypes)[number];

export interface TlsSettings {
  /** In PEM, with its chain. */
  readonly certificate: Revealed;
  readonly key: Revealed;
  /** The authorities of clients' certificates. */
  readonly clientCa: Revealed | undefined;
  readonly clientAuth: ClientAuthType;
  /** A client's certificate has to have one of these; with none, any will do. */
  readonly clientAllowedSans: readonly string[];
  /** Versions, ciphers and curves, as Node has them. */
  readonly protocol: Pick<
    SecureContextOptions,
    'minVersion' | 'maxVersion' | 'ciphers' | 'honorCipherOrder' | 'ecdhCurve'
  >;
}

/** What is in the files, and the rest. Throws when a file can't be read. */
const contextOf = ({certificate, key, clientCa, protocol}: TlsSettings): SecureContextOptions => ({
  ...protocol,
  cert: certificate.reveal(),
  key: key.reveal(),
  ...(clientCa && {ca: clientCa.reveal()}),
});

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is wrong with the settings, in one line: files that can't be read, a key that is not the certificate's. */
export const tlsProblem = (settings: TlsSettings): string | undefined => {
  try {
    createSecureContext(contextOf(settings));
    return undefined;
  } catch (error) {
    return `the certificate and key can't be used: ${reasonOf(error)}`;
  }
};

const asks: Readonly<Record<ClientAuthType, {requestCert: boolean; rejectUnauthorized: boolean}>> = {
  NoClientCert: {requestCert: false, rejectUnauthorized: false},
  RequestClientCert: {requestCert: true, rejectUnauthorized: false},
  RequireAnyClientCert: {requestCert: true, rejectUnauthorized: false},
  VerifyClientCertIfGiven: {requestCert: true, rejectUnauthorized: false},
  RequireAndVerifyClientCert: {requestCert: true, rejectUnauthorized: true},
};

/** What Node does not check by itself. */
const isWelcome = (socket: TLSSocket, {clientAuth, clientAllowedSans}: TlsSettings): boolean => {
  const certificate = socket.getPeerX509Certificate();
  const isThere = certificate !== undefined;
  if (clientAuth === 'RequireAnyClientCert' && !isThere) return false;
  if (clientAuth === 'VerifyClientCertIfGiven' && isThere && !socket.authorized) return false;
  return clientAllowedSans.length === 0 || hasAllowedSan(certificate?.subjectAltName, clientAllowedSans);
};

/** How often the files are looked at. */
const lookMs = 10_000;

export interface TlsNotices {
  /** A client without the certificate that it needs. */
  refused(): void;
  /** One line about files that can't be used any more; the ones before stay in use. */
  problem(message: string): void;
}

export interface TlsServer {
  readonly server: Server;
  /** Looks at once whether the files have changed. */
  look(): void;
  /** Ends following the files. */
  close(): void;
}

/**
 * Creates an HTTPS server. It follows its files: new connections have what is in them, open ones go on with what they
 * began with. Throws when they can't be used.
 */
export const createTlsServer = (
  settings: TlsSettings,
  options: ServerOptions,
  notices: TlsNotices,
): TlsServer => {
  let used = contextOf(settings);
  let told = '';
  const server = createServer({
    ...options,
    ...used,
    ...asks[settings.clientAuth],
    ALPNProtocols: ['http/1.1'],
  });
  server.on('secureConnection', (socket) => {
    if (isWelcome(socket, settings)) return;
    socket.destroy();
    notices.refused();
  });
  const look = (): void => {
    try {
      const now = contextOf(settings);
      if (now.cert === used.cert && now.key === used.key && now.ca === used.ca) return;
      createSecureContext(now);
      server.setSecureContext(now);
      used = now;
      told = '';
    } catch (error) {
      const problem = `the TLS files have changed and can't be used, those before stay: ${reasonOf(error)}`;
      if (problem !== told) notices.problem(problem);
      told = problem;
    }
  };
  const timer = setInterval(look, lookMs).unref();
  return {server, look, close: () => clearInterval(timer)};
};
