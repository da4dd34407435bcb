/** What is said of a failure. `peer` is host:port, `host` the host alone. */
type Words = (peer: string, host: string) => string;

/** The codes of a connection that did not come about: where there is a proxy, it is that to which it was not. */
const unconnectedCodes: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['ECONNREFUSED', (peer) => `connection refused by ${peer}`],
  ['ENOTFOUND', (_, host) => `host name ${host} not found`],
  ['EAI_AGAIN', (_, host) => `host name ${host} could not be looked up: the name server does not answer`],
  ['EHOSTUNREACH', (peer) => `no route to ${peer}`],
  ['ENETUNREACH', (peer) => `no route to ${peer}`],
  ['ETIMEDOUT', (peer) => `no connection to ${peer}: it does not answer`],
  ['UND_ERR_CONNECT_TIMEOUT', (peer) => `no connection to ${peer}: it does not answer`],
]);

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

const lineOf = (error: Error): string => error.message.replace(/\s+/g, ' ');

const closed: Words = (peer) => `${peer} closed the connection before its answer was complete`;
const untrusted: Words = (peer) =>
  `the TLS certificate of ${peer} is signed by an authority that is not trusted`;
const unidentified: Words = (peer) =>
  `${peer} refused the TLS handshake: does it want a client certificate (tls_config.cert)?`;
const refusedClient: Words = (peer) => `${peer} does not accept the client certificate of tls_config`;
const otherVersion: Words = (peer) => `${peer} speaks no version of TLS that tls_config allows`;
const notTls: Words = (peer) => `${peer} does not speak TLS: is its address http:// instead of https://?`;

/** Node's, OpenSSL's and undici's codes for what a network does. */
const wordsByCode: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['ECONNRESET', closed],
  ['EPIPE', closed],
  ['UND_ERR_SOCKET', closed],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', closed],
  ['UND_ERR_HEADERS_OVERFLOW', (peer) => `${peer} answered with more headers than are read`],
  ['ERR_SSL_WRONG_VERSION_NUMBER', notTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', notTls],
  ['CERT_HAS_EXPIRED', (peer) => `the TLS certificate of ${peer} has expired`],
  ['CERT_NOT_YET_VALID', (peer) => `the TLS certificate of ${peer} is not valid yet`],
  ['ERR_TLS_CERT_ALTNAME_INVALID', (peer) => `the TLS certificate of ${peer} is for another host name`],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', (peer) => `the TLS certificate of ${peer} is self-signed`],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', unidentified],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', unidentified],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', refusedClient],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', refusedClient],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', refusedClient],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', refusedClient],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', refusedClient],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', refusedClient],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', otherVersion],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', otherVersion],
  ['ERR_OSSL_PEM_NO_START_LINE', () => 'cert or key of tls_config is not in PEM'],
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', () => 'key of tls_config is not the key of its cert'],
]);

/** Whether a request failed because its connection was closed before there was an answer. */
export const isClosedConnection = (error: unknown): boolean =>
  error instanceof Error && ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(error));

const wordsFor = (error: Error): Words | undefined => {
  if (error.name === 'HTTPParserError') return (peer) => `${peer} answered something that is not HTTP`;
  return wordsByCode.get(codeOf(error));
};

/** The URL's host and port, the port also where it is the scheme's own. */
export const peerOf = (url: URL): string =>
  `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`;

const describeWithProxy = (error: Error, url: URL, proxy: URL): string => {
  const peer = `the proxy ${peerOf(proxy)}`;
  const unconnected = unconnectedCodes.get(codeOf(error));
  if (unconnected !== undefined) return unconnected(peer, proxy.hostname);
  if (codeOf(error) === 'UND_ERR_PRX_TLS') return `the TLS certificate of ${peer} is for another host name`;
  if (codeOf(error) === 'UND_ERR_ABORTED') return `${peer} opens no way to ${peerOf(url)}: ${lineOf(error)}`;
  return `${describeFailure(error, url)} (through ${peer})`;
};

/**
 * Why a request to `url` failed, in one line that names host and port and nothing else of the URL.
 * @param proxy the one that the request went through.
 */
export const describeFailure = (error: unknown, url: URL, proxy?: URL): string => {
  const peer = peerOf(url);
  if (!(error instanceof Error)) return `the request to ${peer} failed: ${error}`;
  if (proxy !== undefined) return describeWithProxy(error, url, proxy);
  const words = unconnectedCodes.get(codeOf(error)) ?? wordsFor(error);
  if (words !== undefined) return words(peer, url.hostname);
  return `the request to ${peer} failed: ${lineOf(error)}`;
};
