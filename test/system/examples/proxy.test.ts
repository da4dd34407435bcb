import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {hash} from 'bcryptjs';
import {expect, it, onTestFinished} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {mappingOf} from '../../../src/outputs.ts';
import {createDestinations} from '../../../src/sinks.ts';
import {exampleSecret, placeExample, readExample} from '../../fixtures/examples.ts';
import {completedRow} from '../../fixtures/results.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {type Server, startServer} from '../../peers/server.ts';
import {startStrictReceiver} from '../../peers/strict-receiver.ts';

/** What surrounds a file of nginx's conf.d, for one process that needs nothing outside of its folder. */
const surrounded = (server: string): string => `
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
${server}
}
`;

/** A real nginx with the example's server before a receiver at `upstream`. */
const startProxy = async (upstream: string): Promise<Server> => {
  const folder = temporaryFolder();
  const users = join(folder, 'users');
  // As `htpasswd -B` writes it.
  writeFileSync(users, `north:${(await hash(exampleSecret, 5)).replace('$2b$', '$2y$')}\n`);
  const proxy = await startServer({
    program: 'nginx',
    args: (address) => {
      const server = readExample('mimir/nginx.conf')
        .replace('listen 8080', `listen ${address}`)
        .replace('/run/secrets/users', users)
        .replaceAll('http://mimir:8080', upstream);
      writeFileSync(join(folder, 'nginx.conf'), surrounded(server));
      return ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
    },
    readyPath: '/api/v1/push',
    readyStatus: 401,
  });
  onTestFinished(() => proxy.stop());
  return proxy;
};

it('the proxy of examples/mimir makes the user the tenant, whatever the request says', async () => {
  const mimir = await startStrictReceiver('mimir');
  onTestFinished(() => mimir.stop());
  const proxy = await startProxy(mimir.url);

  const file = placeExample('mimir/bridge.yaml', temporaryFolder(), {'http://proxy:8080': proxy.url});
  const config = loadConfig({file, flags: {}, env: {}});
  const [destination] = createDestinations(config, mappingOf(config), '1.2.3');
  const outcome = await destination?.sink.deliver([completedRow()], new AbortController().signal);
  await destination?.sink.close();
  expect({outcome, violations: mimir.violations}).toEqual({outcome: {kind: 'accepted'}, violations: []});

  const authorization = `Basic ${Buffer.from(`north:${exampleSecret}`).toString('base64')}`;
  await fetch(`${proxy.url}/prometheus/api/v1/query`, {headers: {authorization, 'x-scope-orgid': 'south'}});
  expect(
    mimir.requests.map(({path, headers}) => [path, headers['x-scope-orgid'], headers.authorization]),
  ).toEqual([
    ['/api/v1/push', 'north', undefined],
    ['/prometheus/api/v1/query', 'north', undefined],
  ]);

  expect((await fetch(`${proxy.url}/ingester/flush`, {headers: {authorization}})).status).toBe(404);
  expect(mimir.requests).toHaveLength(2);
});
