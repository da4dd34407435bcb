import {existsSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {loadConfig} from '../../../src/config/load.ts';
import {exampleFiles, exampleUrl, placeConfig, readExample} from '../../fixtures/examples.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const texts = z.array(z.string());

/** The keys that the examples use, by https://docs.docker.com/reference/compose-file/services/: any other is a mistake. */
const service = z.strictObject({
  image: z.string().optional(),
  build: z.string().optional(),
  extends: z.strictObject({file: z.string(), service: z.string()}).optional(),
  command: texts.optional(),
  hostname: z.string().optional(),
  user: z.string().optional(),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: texts.default([]),
  cap_drop: texts.default([]),
  security_opt: texts.default([]),
  ports: texts.default([]),
  volumes: texts.default([]),
  secrets: texts.default([]),
  restart: z.literal('unless-stopped').optional(),
});

const project = z.strictObject({
  'x-ingestor': z.unknown().optional(),
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.strictObject({file: z.string()})).default({}),
  volumes: z.record(z.string(), z.null()).default({}),
});

interface Mount {
  /** A file or folder of this machine, or the name of a volume. */
  readonly from: URL | string;
  readonly to: string;
}

type Service = Omit<z.output<typeof service>, 'volumes'> & {
  /** The file that says what to build. */
  readonly home: URL;
  readonly mounts: readonly Mount[];
};

const mountsOf = (volumes: readonly string[], file: URL): readonly Mount[] =>
  volumes.map((volume) => {
    const [from = '', to = ''] = volume.split(':');
    return {from: from.startsWith('.') ? new URL(from, file) : from, to};
  });

/** A service with what it extends: mounts of the same place are replaced, secrets are added. */
const extended = ({extends: base, volumes, ...own}: z.output<typeof service>, file: URL): Service => {
  const mounts = mountsOf(volumes, file);
  if (base === undefined) return {...own, home: file, mounts};
  const from = new URL(base.file, file);
  const inherited = readCompose(from).services.get(base.service);
  if (inherited === undefined) throw new Error(`${from} has no service ${base.service}`);
  const kept = inherited.mounts.filter(({to}) => mounts.every((mount) => mount.to !== to));
  return {...inherited, secrets: [...inherited.secrets, ...own.secrets], mounts: [...kept, ...mounts]};
};

const readCompose = (file: URL) => {
  const {services, secrets, volumes} = project.parse(parse(readFileSync(file, 'utf8'), {merge: true}));
  const all: ReadonlyMap<string, Service> = new Map(
    Object.entries(services).map(([name, given]) => [name, extended(given, file)]),
  );
  return {services: all, secrets, volumes};
};

const configPlace = '/etc/speedtest-bridge/speedtest-bridge.yaml';

describe.each(exampleFiles.filter((path) => path.endsWith('compose.yaml')))('examples/%s', (path) => {
  const {services, secrets, volumes} = readCompose(exampleUrl(path));
  const each = [...services.values()];

  it('pins the version of each image', () => {
    for (const {image} of each) expect(image).toMatch(/^[a-z/-]+:v?\d+\.\d+\.\d+(-alpine)?$/);
  });

  it('mounts files that exist, and volumes that it declares and uses', () => {
    const mounted = each.flatMap(({mounts}) => mounts.map(({from}) => from));
    for (const from of mounted) if (from instanceof URL) expect(existsSync(from), from.pathname).toBe(true);
    const named = new Set(mounted.filter((from) => typeof from === 'string'));
    expect([...named].toSorted()).toEqual(Object.keys(volumes).toSorted());
  });

  it('gives secrets that it declares, in files that it says how to make', () => {
    const given = new Set(each.flatMap((one) => one.secrets));
    expect([...given].toSorted()).toEqual(Object.keys(secrets).toSorted());
    const text = readExample(path);
    for (const {file} of Object.values(secrets)) {
      expect(existsSync(new URL(file, exampleUrl(path)))).toBe(false);
      expect(text).toMatch(new RegExp(`^# {3}${file} {2,}\\S`, 'm'));
    }
  });

  it('builds the image where the Dockerfile is', () => {
    const built = each.flatMap(({build, home}) =>
      build === undefined ? [] : [new URL(`${build}/Dockerfile`, home)],
    );
    expect(built).toHaveLength(1);
    for (const dockerfile of built) expect(existsSync(dockerfile)).toBe(true);
  });

  it('runs the bridge on a configuration that loads there', () => {
    const bridge = services.get('speedtest-bridge');
    const source = bridge?.mounts.find(({to}) => to === configPlace)?.from;
    if (!(source instanceof URL)) throw new Error(`nothing is mounted at ${configPlace}`);
    const text = readFileSync(source, 'utf8');
    const config = loadConfig({file: placeConfig(text, source, temporaryFolder()), flags: {}, env: {}});

    const named = [...text.matchAll(/_file: \/run\/secrets\/([\w-]+)/g)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(bridge?.secrets.toSorted());
    expect(text).not.toMatch(/_file: (?!\/run\/secrets\/)/);

    for (const {http} of [...config.remote_write, ...config.pushgateway])
      expect([...services.keys()]).toContain(http.url.hostname);
  });

  it('runs it with a read-only root and no privilege', () => {
    expect(services.get('speedtest-bridge')).toMatchObject({
      read_only: true,
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });
});

it("Thanos' router has a ring of all ingestors", () => {
  const ring = z.tuple([z.object({endpoints: texts})]).parse(JSON.parse(readExample('thanos/hashring.json')));
  const {services} = readCompose(exampleUrl('thanos/compose.yaml'));
  const ingestors = [...services.keys()].filter((name) => name.startsWith('ingestor-'));
  expect(ring[0].endpoints).toEqual(ingestors.map((name) => `${name}:10901`));
  expect(services.get('query')?.command).toEqual(
    expect.arrayContaining(ingestors.map((name) => `--endpoint=${name}:10901`)),
  );
});
