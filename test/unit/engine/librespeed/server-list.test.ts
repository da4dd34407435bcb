import fc from 'fast-check';
import {expect, it} from 'vitest';
import {parseServerList} from '../../../../src/engine/librespeed/server-list.ts';

const entry = {
  name: 'Amsterdam, Netherlands',
  server: '//ams.example/',
  id: 51,
  dlURL: 'backend/garbage.php',
  ulURL: 'backend/empty.php',
  pingURL: 'backend/empty.php',
  getIpURL: 'backend/getIP.php',
  sponsorName: 'somebody',
};

it('reads the format of LibreSpeed', () => {
  const [first, second] = parseServerList(
    JSON.stringify([entry, {...entry, id: 'x', server: 'http://b:81/s'}]),
  );
  expect(first).toEqual({
    id: '51',
    name: 'Amsterdam, Netherlands',
    download: new URL('https://ams.example/backend/garbage.php?ckSize=100'),
    upload: new URL('https://ams.example/backend/empty.php'),
    ping: new URL('https://ams.example/backend/empty.php'),
    getIp: new URL('https://ams.example/backend/getIP.php'),
    echo: new URL('https://ams.example/udp'),
  });
  expect(second?.id).toBe('x');
  expect(second?.upload.href).toBe('http://b:81/s/backend/empty.php');
});

it('needs no id', () => {
  const {id: _, ...rest} = entry;
  expect(parseServerList(JSON.stringify([rest]))[0]).not.toHaveProperty('id');
});

it.each([
  ['not JSON', 'not json'],
  ['expected an array of servers', 'null'],
  ['expected an array of servers', '{}'],
  ['expected at least one server', '[]'],
  ['entry 1: expected an object', JSON.stringify([entry, 5])],
  ['entry 0, name: expected a text', JSON.stringify([{...entry, name: 5}])],
  ['entry 0, id: expected a text or a whole number', JSON.stringify([{...entry, id: 1.5}])],
  [
    'entry 1, server: expected an http:// or https:// address, or //host',
    JSON.stringify([entry, {...entry, server: 'ams.example'}]),
  ],
  ['entry 0, server: expected a text', JSON.stringify([{...entry, server: undefined}])],
  ['entry 0, dlURL: expected a path', JSON.stringify([{...entry, dlURL: ''}])],
  ['entry 0, ulURL: expected a path', JSON.stringify([{...entry, ulURL: undefined}])],
  [
    'entry 0, pingURL: expected a path below the server',
    JSON.stringify([{...entry, pingURL: 'http://other/'}]),
  ],
  ['entry 0, getIpURL: expected a path below the server', JSON.stringify([{...entry, getIpURL: 'http://['}])],
])('says: %s', (words, json) => {
  expect(() => parseServerList(json)).toThrow(
    expect.objectContaining({failureClass: 'bad-output', message: `server list: ${words}`}),
  );
});

it('reads any JSON or says in one line what is wrong with it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.json().map((json) => `[${json}]`),
      ),
      (json) => {
        try {
          parseServerList(json);
        } catch (error) {
          expect(String(error)).toMatch(/^EngineError: server list: [^\n]+$/);
        }
      },
    ),
  );
});
