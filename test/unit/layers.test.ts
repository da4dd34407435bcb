import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/**
 * What each part may import from, itself aside. A part is a folder of src/, or one file there.
 * `cli`, `main`, `service` and what composes it (`sinks`, `outputs`, `destination-state`,
 * `destination-status`, `job-status`) may import everything.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  duration: [],
  result: [],
  secret: [],
  sleep: [],
  version: [],
  addresses: [],
  limiter: [],
  quantity: [],
  'running-parts': [],
  journal: ['result', 'limiter'],
  metrics: ['result', 'journal'],
  promql: ['metrics'],
  rules: ['metrics', 'promql'],
  reflector: ['bearer-token', 'addresses'],
  engine: ['result', 'sleep', 'reflector'],
  'byte-writer': [],
  scrape: ['byte-writer', 'metrics', 'delivery', 'duration', 'relabel', 'running-parts', 'sleep'],
  forwarding: ['delivery', 'journal', 'limiter', 'metrics', 'scrape', 'sleep'],
  size: [],
  'bearer-token': [],
  scheduler: ['result', 'running-parts', 'sleep'],
  import: ['delivery', 'engine', 'result', 'scheduler', 'sleep'],
  job: ['result', 'engine', 'journal', 'scheduler', 'size'],
  exposition: ['metrics', 'scrape'],
  relabel: ['metrics'],
  delivery: ['journal', 'secret', 'sleep'],
  'remote-write': ['byte-writer', 'delivery', 'forwarding', 'journal', 'metrics', 'scrape'],
  receiver: ['delivery', 'duration', 'secret'],
  pushgateway: ['delivery', 'exposition', 'forwarding', 'metrics', 'scrape'],
  server: [
    'bearer-token',
    'addresses',
    'engine',
    'exposition',
    'journal',
    'limiter',
    'metrics',
    'quantity',
    'result',
  ],
  telemetry: ['delivery', 'forwarding', 'limiter', 'result', 'scrape', 'server'],
  config: [
    'bearer-token',
    'addresses',
    'delivery',
    'duration',
    'engine',
    'metrics',
    'relabel',
    'scheduler',
    'scrape',
    'secret',
    'server',
    'size',
    'telemetry',
  ],
};
const mayImportAll = [
  'cli',
  'main',
  'service',
  'sinks',
  'outputs',
  'destination-state',
  'destination-status',
  'job-status',
];

const partOf = (path: string): string => (relative(src, path).split('/')[0] ?? '').replace(/\.ts$/, '');

const files = readdirSync(src, {recursive: true, encoding: 'utf8'}).filter((file) => /\.tsx?$/.test(file));

const imports = files.flatMap((file) => {
  const path = join(src, file);
  const targets = readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...targets].map(([, target = '']) => ({path, target: join(dirname(path), target)}));
});

it('parts import only what they may', () => {
  const forbidden = imports
    .map(({path, target}) => ({from: partOf(path), to: partOf(target), file: relative(src, path)}))
    .filter(({from, to}) => from !== to && !mayImportAll.includes(from) && !mayImport[from]?.includes(to));
  expect(imports.length).toBeGreaterThan(50);
  expect(forbidden).toEqual([]);
});

it('parts may import no more than they do', () => {
  const used = new Set(imports.map(({path, target}) => `${partOf(path)} ${partOf(target)}`));
  const unused = Object.entries(mayImport).flatMap(([from, targets]) =>
    targets.map((to) => `${from} ${to}`).filter((pair) => !used.has(pair)),
  );
  expect(unused).toEqual([]);
});
