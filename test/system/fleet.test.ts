import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, it} from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('ten probes lose nothing, whether all is well, their receiver is away, or results are repeated', async () => {
  // The benchmark in small. It ends with 1, and so rejects with what it printed, when anything is lost.
  const {stdout} = await promisify(execFile)('npm', ['run', '--silent', 'bench:fleet', '--', '10'], {
    cwd: root,
  });
  const [, samples = ''] = /samples lost, of (\d+)/.exec(stdout) ?? [];
  // 41 results, most of them of 19 samples.
  expect(Number(samples)).toBeGreaterThan(700);
});
