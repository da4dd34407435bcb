/** The flags of the command `reflector`, as yargs takes them. */
export const reflectorFlags = {
  listen: {
    type: 'string',
    requiresArg: true,
    default: ':8989',
    describe: 'ADDRESS:PORT, or :PORT for all interfaces; TCP, and UDP for packet loss',
  },
  'allowed-ips': {
    type: 'string',
    array: true,
    nargs: 1,
    requiresArg: true,
    describe:
      'addresses and networks that are served, separated by commas (default: loopback, private and link-local; with a token, all)',
  },
  token: {
    type: 'string',
    requiresArg: true,
    describe: 'what clients must give: in the address, as http://HOST:PORT/token=TOKEN/, or as Bearer',
  },
  'token-file': {type: 'string', requiresArg: true, describe: 'file with the token, read at each request'},
  'tls-cert': {
    type: 'string',
    requiresArg: true,
    describe: 'file with the certificate and its chain, in PEM; read again when it changes',
  },
  'tls-key': {type: 'string', requiresArg: true, describe: "file with the certificate's key, in PEM"},
  'max-sessions': {
    type: 'string',
    requiresArg: true,
    default: '32',
    describe: 'most clients that test at a time',
  },
  'max-bytes': {
    type: 'string',
    requiresArg: true,
    describe: 'most bytes of one test, both directions together, such as 5GB (default: no limit)',
  },
  udp: {
    type: 'boolean',
    default: true,
    describe: 'send datagrams back, for packet loss; --no-udp for not',
  },
} as const;

/** The values of those flags. */
export interface ReflectorFlags {
  readonly listen: string;
  readonly allowedIps?: readonly string[] | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly maxSessions: string;
  readonly maxBytes?: string | undefined;
  readonly udp: boolean;
}
