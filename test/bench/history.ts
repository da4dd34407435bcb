/**
 * How fast the API tells of the past from a journal of 1,000,000 results: `npm run bench:history`.
 * Prints a table and exits 1 when a limit is not kept. See README.md in this folder.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseAllowlist} from '../../src/addresses/allowlist.ts';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {createAccessCheck} from '../../src/server/access/access.ts';
import {apiEndpoints} from '../../src/server/api/api.ts';
import {createProgressHub} from '../../src/server/api/progress-hub.ts';
import {createDocument} from '../../src/server/document.ts';
import {startServer} from '../../src/server/server.ts';
import {makeJournal} from './journals.ts';
import {median} from './median.ts';
import {map} from './recorded.ts';
import {createVerdicts} from './verdicts.ts';

const results = 1_000_000;
const rounds = 15;
const dayMs = 86_400_000;

const folder = mkdtempSync(join(tmpdir(), 'speedtest-bridge-bench-'));
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
const path = join(folder, 'journal.db');
makeJournal(path, results);

const journal = openJournal(path);
const admitted = parseAllowlist(['127.0.0.1']);
if (!admitted.ok) throw new Error('127.0.0.1 is no address');
const zone = {allowlist: admitted.allowlist, setting: 'web.allowed_ips'};
const access = createAccessCheck({
  zones: {metrics: zone, page: zone},
  trustedProxies: undefined,
  login: {bearerTokens: [], users: new Map()},
  rateLimit: undefined,
});
const server = await startServer({
  listen: [{host: '127.0.0.1', port: 0}],
  tls: undefined,
  path: '/prometheus',
  access: () => access,
  connections: {most: 100, mostPerClient: 100},
  headers: () => ({}),
  reload: undefined,
  document: () => createDocument([]),
  ownMetrics: {contentType: 'text/plain', render: async () => ''},
  ready: () => true,
  routes: apiEndpoints({
    journal,
    hub: createProgressHub(),
    jobs: () => ({jobs: [], startAllowed: false, metricsPath: '/prometheus'}),
    destinations: () => ({destinations: []}),
    start: () => ({kind: 'off'}),
    samplesOf: (row) => map(row).map((sample) => ({...sample, timestampMs: row.result.endedAtMs})),
    version: '0',
  }),
  onRefused: () => {},
  onClosed: () => {},
  log: console,
});

const toMs = (journal.newest()?.result.endedAtMs ?? 0) + 1;
const asked: readonly (readonly [what: string, path: string, limitMs: number])[] = [
  ['a year of minutes in 500 steps', `series?from=${toMs - 365 * dayMs}&to=${toMs}`, 200],
  ['the same in 2,000 steps', `series?from=${toMs - 365 * dayMs}&to=${toMs}&points=2000`, 200],
  ['two days of minutes, one by one', `series?from=${toMs - 2 * dayMs}&to=${toMs}&points=2000`, 200],
  ['statistics of a year', `statistics?from=${toMs - 365 * dayMs}&to=${toMs}`, 200],
  ['the newest page of 50', 'results', 20],
  ['a page of 50 behind 999,000 results', 'results?before=1000', 20],
  ['a page of failed tests where there are none', 'results?status=failed', 20],
];

const verdicts = createVerdicts();
for (const [what, query, limitMs] of asked) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    const response = await fetch(`${server.url}/api/v1/${query}`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${query}: ${response.status}`);
    times.push(performance.now() - startedMs);
  }
  verdicts.atMost(what, median(times), limitMs, 'ms');
}
await server.close();
journal.close();
process.exitCode = verdicts.print() ? 0 : 1;
