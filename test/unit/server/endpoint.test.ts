import {expect, test} from 'vitest';
import {formatEndpoint, parseEndpoint} from '../../../src/server/endpoint.ts';

test.each([
  ['unix:/run/bridge.sock', {path: '/run/bridge.sock'}],
  [':9817', {port: 9817}],
  ['[::1]:9817', {host: '::1', port: 9817}],
])('reads %s, and formatEndpoint writes it again', (text, endpoint) => {
  expect(parseEndpoint(text)).toEqual({ok: true, endpoint});
  expect(formatEndpoint(endpoint)).toBe(text);
});

test.each([
  ['unix:', 'has no absolute path: write one such as unix:/run/bridge.sock'],
  ['unix:bridge.sock', 'has no absolute path: write one such as unix:/run/bridge.sock'],
  ['unix:/run/', 'does not name a file'],
  [`unix:/${'a'.repeat(107)}`, 'has a path of more than 107 bytes, which no socket can have'],
  ['9817', 'has no colon before the port: write :9817'],
])('refuses %j', (text, problem) => {
  expect(parseEndpoint(text)).toEqual({ok: false, problem: `${JSON.stringify(text)} ${problem}`});
});
