import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {z} from 'zod';
import {bundledPackages, installedPackages} from '../../../generate/third-party.ts';

/** Licences under which a program of the MIT licence may ship its parts without further duties than their notices. */
const allowed = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0'];

const manifest = z.object({license: z.string()});

it('what npm installs is under licences that allow it', () => {
  const installed = installedPackages();
  expect(installed.length).toBeGreaterThan(50);
  expect(installed.filter(({license}) => !allowed.includes(license))).toEqual([]);
});

it('so is what the page is bundled with', () => {
  expect(bundledPackages()).toEqual(['preact', 'uplot']);
  for (const name of bundledPackages()) {
    const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
    const {license} = manifest.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(allowed).toContain(license);
  }
});

it('no package that is installed has a script that runs then', () => {
  const lock = z
    .object({
      packages: z.record(z.string(), z.object({dev: z.boolean(), hasInstallScript: z.boolean()}).partial()),
    })
    .parse(JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8')));
  const scripted = Object.entries(lock.packages)
    .filter(([, {dev, hasInstallScript}]) => dev !== true && hasInstallScript === true)
    .map(([path]) => path);
  expect(scripted).toEqual([]);
});
