import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {parseAddress} from '../../../src/addresses/address.ts';
import {UsageError} from '../../../src/cli/exit-code.ts';
import {reflectorSettings} from '../../../src/cli/reflector-settings.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const flags = {listen: ':8989', maxSessions: '32', udp: true};
const token = '0123456789abcdef';

it('takes amounts of data as the configuration does', () => {
  expect(reflectorSettings({...flags, maxBytes: '1.5GB'})).toMatchObject({maxBytes: 1.5e9});
  expect(reflectorSettings({...flags, maxBytes: '10GiB'})).toMatchObject({maxBytes: 10 * 2 ** 30});
});

it('leaves all to the defaults where little is said', () => {
  const {allowlist, ...settings} = reflectorSettings(flags);
  expect(settings).toEqual({port: 8989, token: undefined, maxSessions: 32, udp: true});
  expect(allowlist).toBeDefined();
});

describe('who is served', () => {
  const serves = (given: Parameters<typeof reflectorSettings>[0], address: string): boolean => {
    const {allowlist} = reflectorSettings(given);
    const parsed = parseAddress(address);
    if (parsed === undefined) throw new Error(address);
    return allowlist === undefined || allowlist.contains(parsed);
  };
  it.each([
    ['the near ones by default', {}, '192.168.1.2', true],
    ['nobody else by default', {}, '203.0.113.9', false],
    ['everybody who has the token', {token}, '203.0.113.9', true],
    ['who is listed', {allowedIps: ['203.0.113.0/24, ::1', '10.0.0.1']}, '203.0.113.9', true],
    ['who is listed, each time', {allowedIps: ['203.0.113.0/24, ::1', '10.0.0.1']}, '10.0.0.1', true],
    ['only who is listed', {allowedIps: ['203.0.113.0/24']}, '192.168.1.2', false],
    ['only who is listed, with a token too', {token, allowedIps: ['10.0.0.0/8']}, '203.0.113.9', false],
  ])('is %s', (_, given, address, served) => {
    expect(serves({...flags, ...given}, address)).toBe(served);
  });
});

it('reads a token from its file anew each time', () => {
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, `${token}\n`);
  const {token: read} = reflectorSettings({...flags, tokenFile});
  expect(read?.()).toBe(token);
  writeFileSync(tokenFile, `${token}${token}\n`);
  expect(read?.()).toBe(`${token}${token}`);
});

it.each([
  [{listen: 'localhost:1'}, '--listen "localhost:1" names a host'],
  [{maxSessions: '0'}, '--max-sessions "0": expected a whole number above zero'],
  [{maxSessions: '1e3'}, '--max-sessions "1e3"'],
  [
    {maxBytes: '500'},
    '--max-bytes "500": expected an amount of data above zero, such as 500MB, 50GB or 10GiB',
  ],
  [{maxBytes: '0GB'}, '--max-bytes "0GB": expected an amount of data'],
  [{token: 'short'}, '--token: a token has at least 16 characters'],
  [{token, tokenFile: 'x'}, '--token and --token-file: give one of them'],
  [{tokenFile: '/nowhere'}, '--token-file /nowhere: ENOENT'],
  [{tlsCert: 'cert.pem'}, '--tls-cert and --tls-key: give both or none'],
  [{allowedIps: ['10.0.0.0/']}, '--allowed-ips: "10.0.0.0/" ends in its slash'],
  [{allowedIps: ['']}, '--allowed-ips: "" is empty'],
])('%j is refused in a line', (given, message) => {
  const read = () => reflectorSettings({...flags, ...given});
  expect(read).toThrow(UsageError);
  expect(read).toThrow(message);
});
