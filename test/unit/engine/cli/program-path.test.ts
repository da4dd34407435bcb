import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {findProgram} from '../../../../src/engine/cli/program-path.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';

it('finds a program in the first folder that has it, and a path as it is', () => {
  const root = temporaryFolder();
  const [first, second] = [join(root, 'first'), join(root, 'second')];
  for (const folder of [first, second]) mkdirSync(folder);
  writeFileSync(join(first, 'tool'), '', {mode: 0o644}); // may not be executed
  mkdirSync(join(first, 'other'));
  for (const name of ['tool', 'other']) writeFileSync(join(second, name), '', {mode: 0o755});
  const searchPath = `${first}:/no/such/folder:${second}`;
  expect(findProgram('tool', searchPath)).toBe(join(second, 'tool'));
  expect(findProgram('other', searchPath)).toBe(join(second, 'other'));
  expect(findProgram('none', searchPath)).toBeUndefined();
  expect(findProgram(join(second, 'tool'), '')).toBe(join(second, 'tool'));
  expect(findProgram(join(first, 'tool'), searchPath)).toBeUndefined();
  expect(findProgram('tool', '')).toBeUndefined();
});
