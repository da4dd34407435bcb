import {existsSync, readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {z} from 'zod';
import {schema} from '../../../src/config/schema.ts';
import {paths} from '../../../src/server/paths.ts';
import {lastOf, parseDockerfile} from '../../fixtures/dockerfile.ts';
import {compareVersions, parseVersion} from '../../peers/version.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const stages = parseDockerfile(read('Dockerfile'));
const [build, image] = stages;
if (build === undefined || image === undefined) throw new Error('the Dockerfile has not two stages');

const copies = stages.flatMap(({instructions}) => instructions.filter(({name}) => name === 'COPY'));
const {port} = z.object({port: z.int()}).parse(schema.parse({jobs: []}).web.listen[0]);

it('has stages of the same version of Node, one that will do and is written out', () => {
  expect(stages.map((stage) => stage.image)).toEqual([build.image, build.image]);
  const [, version = ''] = /^node:(\d+\.\d+\.\d+)-alpine\d+\.\d+$/.exec(build.image) ?? [];
  const needed = z.object({engines: z.object({node: z.string()})}).parse(JSON.parse(read('package.json')))
    .engines.node;
  expect(compareVersions(parseVersion(version) ?? [], parseVersion(needed) ?? [])).toBeGreaterThanOrEqual(0);
});

it('copies what is there, and what .dockerignore lets through', () => {
  const [first, ...entries] = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(first).toBe('*');
  const sources = copies
    .filter(({flags}) => flags['from'] === undefined)
    .flatMap(({words}) => words.split(/ +/).slice(0, -1));
  for (const source of sources) expect(existsSync(new URL(source, root)), source).toBe(true);
  expect(entries.toSorted()).toEqual([...new Set(sources)].map((source) => `!${source}`).toSorted());
});

it('has the licence, and the notices of what is bundled', () => {
  const words = image.instructions
    .filter(({name}) => name === 'COPY')
    .flatMap((copy) => copy.words.split(/ +/));
  expect(words).toEqual(expect.arrayContaining(['LICENSE', 'THIRD-PARTY.md']));
});

it('takes from the first stage what was made there', () => {
  const taken = copies.filter(({flags}) => flags['from'] !== undefined);
  expect(taken.map(({flags}) => flags['from'])).toEqual([build.name, build.name]);
  expect(taken.map(({words}) => words)).toEqual([
    `${lastOf(build, 'WORKDIR')}/node_modules node_modules`,
    `${lastOf(build, 'WORKDIR')}/dist dist`,
  ]);
});

it('runs as a user that is not root, with its data in a volume of that user', () => {
  const user = lastOf(image, 'USER') ?? '';
  expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(lastOf(image, 'VOLUME')).toBe('/data');
  expect(lastOf(image, 'RUN')).toBe(`mkdir /data && chown ${user} /data`);
  expect(lastOf(image, 'WORKDIR')).toBe('/data');
});

it('asks at the port on which the bridge listens by default', () => {
  expect(lastOf(image, 'EXPOSE')).toBe(`${port}`);
  expect(lastOf(image, 'HEALTHCHECK')).toContain(`http://127.0.0.1:${port}${paths.healthy}`);
});
