import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {expect, it} from 'vitest';
import {Secret} from '../../src/secret.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';

it('prints as <secret> however it is printed', () => {
  const secret = Secret.of('hunter2');
  const shown = [
    `${secret}`,
    String(secret),
    JSON.stringify({secret}),
    inspect({secret}, {depth: 9, showHidden: true}),
  ];
  for (const text of shown) {
    expect(text).toContain('<secret>');
    expect(text).not.toContain('hunter2');
  }
  expect(secret.reveal()).toBe('hunter2');
});

it('is read from its file at each use, without white space around it', () => {
  const path = join(temporaryFolder(), 'token');
  writeFileSync(path, 'one\n');
  const secret = Secret.fromFile(path);
  expect(secret.reveal()).toBe('one');
  writeFileSync(path, ' two\r\n\n');
  expect(secret.reveal()).toBe('two');
});

it('is joined of others at each use', () => {
  const path = join(temporaryFolder(), 'token');
  writeFileSync(path, 'one');
  const secret = Secret.join([Secret.fromFile(path), Secret.of('hunter2')], ', ');
  expect(secret.reveal()).toBe('one, hunter2');
  writeFileSync(path, 'two');
  expect(secret.reveal()).toBe('two, hunter2');
});
