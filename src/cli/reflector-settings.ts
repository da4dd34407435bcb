import {type Allowlist, defaultAllowedIps, parseAllowlist} from '../addresses/allowlist.ts';
import {leastTokenLength} from '../bearer-token.ts';
import type {ReflectorSettings} from '../reflector/reflector.ts';
import {Secret} from '../secret.ts';
import {parseListen} from '../server/listen.ts';
import {parseSize, sizeExpectation} from '../size.ts';
import {UsageError} from './exit-code.ts';
import {type ReflectorFlags, reflectorFlags} from './reflector-flags.ts';

const parseCount = (text: string): number | undefined =>
  /^[1-9]\d{0,5}$/.test(text) ? Number.parseInt(text, 10) : undefined;

const flag = <T>(name: string, text: string, parse: (text: string) => T | undefined, what: string): T => {
  const value = parse(text);
  if (value === undefined) throw new UsageError(`--${name} ${JSON.stringify(text)}: expected ${what}`);
  return value;
};

const allowlistOf = (entries: readonly string[]): Allowlist => {
  const parsed = parseAllowlist(entries);
  if (parsed.ok) return parsed.allowlist;
  throw new UsageError(parsed.problems.map(({problem}) => `--allowed-ips: ${problem}`).join('\n'));
};

const tokenOf = ({token, tokenFile}: ReflectorFlags): (() => string) | undefined => {
  if (token !== undefined && tokenFile !== undefined)
    throw new UsageError('--token and --token-file: give one of them');
  const secret =
    tokenFile !== undefined ? Secret.fromFile(tokenFile) : token === undefined ? undefined : Secret.of(token);
  if (secret === undefined) return undefined;
  const name = tokenFile === undefined ? '--token' : `--token-file ${tokenFile}`;
  let length: number;
  try {
    length = secret.reveal().length;
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (length < leastTokenLength)
    throw new UsageError(`${name}: a token has at least ${leastTokenLength} characters`);
  return () => secret.reveal();
};

/** What the flags say. Throws a `UsageError` that names the flag that can't be understood. */
export const reflectorSettings = (flags: ReflectorFlags): Omit<ReflectorSettings, 'notices'> => {
  for (const [name, value] of Object.entries(flags)) {
    if (name in reflectorFlags && name !== 'allowed-ips' && Array.isArray(value))
      throw new UsageError(`--${name} is given more than once`);
  }
  const listen = parseListen(flags.listen);
  if (!listen.ok) throw new UsageError(`--listen ${listen.problem}`);
  const token = tokenOf(flags);
  const {allowedIps, tlsCert, tlsKey, maxBytes} = flags;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageError('--tls-cert and --tls-key: give both or none');
  const entries = allowedIps?.flatMap((list) => list.split(',')).map((entry) => entry.trim());
  // Who has the token is one of us, wherever they are.
  const nearby = token === undefined ? defaultAllowedIps : undefined;
  const allowed = entries ?? nearby;
  return {
    ...listen.listen,
    token,
    ...(allowed && {allowlist: allowlistOf(allowed)}),
    maxSessions: flag('max-sessions', flags.maxSessions, parseCount, 'a whole number above zero'),
    ...(maxBytes !== undefined && {
      maxBytes: flag('max-bytes', maxBytes, parseSize, sizeExpectation),
    }),
    ...(tlsCert !== undefined && tlsKey !== undefined && {tls: {cert: tlsCert, key: tlsKey}}),
    udp: flags.udp,
  };
};
