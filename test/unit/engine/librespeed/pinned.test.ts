import {expect, it} from 'vitest';
import {pinnedServer} from '../../../../src/engine/librespeed/pinned.ts';
import {type LibrespeedServer, locate} from '../../../../src/engine/librespeed/server.ts';
import {plainLayout} from '../../../../src/reflector/protocol.ts';

const at = (names: {readonly id?: string; readonly name?: string}): LibrespeedServer => ({
  ...names,
  ...locate(new URL('http://a/'), plainLayout),
});
const servers = [at({id: '1', name: '2'}), at({id: '2', name: 'two'}), at({name: 'three'})];

it.each([
  ['1', '2'],
  ['2', 'two'],
  ['two', 'two'],
  ['three', 'three'],
])('is found by its id, or else by its name: %s', (wanted, name) => {
  expect(pinnedServer(servers, wanted).name).toBe(name);
});

it('that is not there is told with those that are', () => {
  expect(() => pinnedServer(servers, 'Two')).toThrow(
    'the server list has no "Two": it has 1 (2), 2 (two), three',
  );
  const many = Array.from({length: 23}, (_, index) => at({id: String(index)}));
  expect(() => pinnedServer(many, 'x')).toThrow(/: it has 0, 1, .*, 19, and 3 more$/);
});
