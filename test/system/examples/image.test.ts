import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, it, vi} from 'vitest';
import {z} from 'zod';
import {lastOf, parseDockerfile, type Stage} from '../../fixtures/dockerfile.ts';
import {placeExample} from '../../fixtures/examples.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {freePort} from '../../peers/port.ts';
import {provide} from '../../peers/provide.ts';
import {startProgram} from '../bridge.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));
const [build, image] = parseDockerfile(readFileSync(join(checkout, 'Dockerfile'), 'utf8'));
if (build === undefined || image === undefined) throw new Error('the Dockerfile has not two stages');

/** The words of an instruction that is written as a list. */
const listOf = (text = ''): readonly string[] => z.array(z.string()).parse(JSON.parse(text));

/** Makes the folders and copies of the last stage below another root. The checkout has what the first stage makes. */
const layOut = ({instructions}: Stage, root: string): void => {
  let folder = root;
  for (const {name, words, flags} of instructions) {
    if (name === 'WORKDIR') {
      folder = join(root, words);
      mkdirSync(folder, {recursive: true});
    }
    if (name !== 'COPY') continue;
    const [to = '', ...sources] = words.split(/ +/).toReversed();
    for (const path of sources) {
      const made = flags['from'] === build.name ? `${lastOf(build, 'WORKDIR')}/` : '';
      const source = join(checkout, path.replace(made, ''));
      const target = join(folder, to === './' ? basename(path) : to);
      // Hundreds of megabytes, in which nothing looks for what is beside them.
      if (basename(path) === 'node_modules') symlinkSync(source, target);
      else cpSync(source, target, {recursive: true});
    }
  }
};

const run = promisify(execFile);

it('what the image has starts, is healthy by its own check, and writes to its volumes alone', async () => {
  const root = temporaryFolder();
  layOut(image, root);
  const program = readdirSync(join(root, 'app'), {recursive: true, encoding: 'utf8'});
  // For the command `dashboard`.
  expect(program).toContain('examples/grafana/documented.json');
  for (const folder of ['etc', 'tmp']) mkdirSync(join(root, folder));
  const port = await freePort();
  const config = placeExample('docker/bridge.yaml', join(root, 'etc'), {
    "':9817'": `'127.0.0.1:${port}'`,
    '/data/': `${root}/data/`,
  });

  const [, ...entry] = listOf(lastOf(image, 'ENTRYPOINT')).map((word) =>
    word.replace('/app/', `${root}/app/`),
  );
  const where = {
    cwd: `${root}${lastOf(image, 'WORKDIR')}`,
    env: {
      SPEEDTEST_BRIDGE_CONFIG: config,
      HOME: `${root}/data`,
      TMPDIR: `${root}/tmp`,
      // The example's would need the network.
      SPEEDTEST_BRIDGE_JOBS_ENGINES: 'embedded',
      SPEEDTEST_BRIDGE_ENGINES_EMBEDDED_DURATION: '300ms',
    },
  };
  const bridge = startProgram(process.execPath, [...entry, ...listOf(lastOf(image, 'CMD'))], where);

  const [, check = ''] = /^CMD (.*)$/.exec(lastOf(image, 'HEALTHCHECK') ?? '') ?? [];
  const busybox = await provide('busybox');
  const checkHealth = () => run(busybox, [...listOf(check.replace(':9817', `:${port}`))]);
  await vi.waitFor(checkHealth, {timeout: 20_000, interval: 100});
  await vi.waitFor(() => expect(bridge.stderr()).toContain('test completed'), {timeout: 30_000});

  bridge.child.kill('SIGTERM');
  expect(await bridge.ended).toBe(0);
  await expect(checkHealth()).rejects.toThrow();
  expect(readdirSync(join(root, 'app'), {recursive: true, encoding: 'utf8'})).toEqual(program);
  expect(readdirSync(root).toSorted()).toEqual(['app', 'data', 'etc', 'tmp']);
  expect(readdirSync(join(root, 'data'))).toContain('speedtest-bridge.db');
});
