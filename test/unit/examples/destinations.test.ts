import {readFileSync} from 'node:fs';
import {beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import {loadConfig} from '../../../src/config/load.ts';
import {mappingOf} from '../../../src/outputs.ts';
import {createDestinations} from '../../../src/sinks.ts';
import {bridgeConfigs, exampleSecret, placeExample} from '../../fixtures/examples.ts';
import {completedRow} from '../../fixtures/results.ts';
import {signatureOf} from '../../fixtures/sigv4.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import type {ReceivedRequest} from '../../peers/receiver.ts';
import {type Flavour, startStrictReceiver} from '../../peers/strict-receiver.ts';

/** Where an example writes to, and what it promises of each request. */
interface Promised {
  readonly origin: string;
  readonly path: string;
  readonly flavour: Flavour;
  readonly version: '0.1.0' | '2.0.0';
  readonly headers: Readonly<Record<string, string>>;
}

const login = (user: string): string => `Basic ${Buffer.from(`${user}:${exampleSecret}`).toString('base64')}`;

const toPrometheus: Promised = {
  origin: 'http://prometheus.example:9090',
  path: '/api/v1/write',
  flavour: 'mimir',
  version: '0.1.0',
  headers: {},
};

const amazon: Promised = {
  origin: 'https://aps-workspaces.eu-central-1.amazonaws.com',
  path: '/workspaces/ws-01234567-89ab-cdef-0123-456789abcdef/api/v1/remote_write',
  flavour: 'mimir',
  version: '0.1.0',
  headers: {},
};

const promised: Readonly<Record<string, Promised>> = {
  'grafana-cloud.yaml': {
    origin: 'https://prometheus-prod-01-eu-west-0.grafana.net',
    path: '/api/prom/push',
    flavour: 'mimir',
    version: '0.1.0',
    headers: {authorization: login('123456')},
  },
  'mimir/bridge.yaml': {
    origin: 'http://proxy:8080',
    path: '/api/v1/push',
    flavour: 'mimir',
    version: '2.0.0',
    headers: {authorization: login('north')},
  },
  'mimir/bridge-without-proxy.yaml': {
    origin: 'http://mimir.example:8080',
    path: '/api/v1/push',
    flavour: 'mimir',
    version: '2.0.0',
    headers: {'x-scope-orgid': 'north'},
  },
  'thanos/bridge.yaml': {
    origin: 'http://router:19291',
    path: '/api/v1/receive',
    flavour: 'thanos',
    version: '0.1.0',
    headers: {'thanos-tenant': 'north'},
  },
  'victoria-metrics/bridge-cluster.yaml': {
    origin: 'http://vminsert.example:8480',
    path: '/insert/42/prometheus/api/v1/write',
    flavour: 'mimir',
    version: '0.1.0',
    headers: {},
  },
  'systemd/bridge.yaml': {
    origin: 'https://prometheus.example',
    path: '/api/v1/write',
    flavour: 'mimir',
    version: '0.1.0',
    headers: {authorization: login('home')},
  },
  'sites/bridge-berlin.yaml': toPrometheus,
  'sites/bridge-oslo.yaml': toPrometheus,
  'tracker/bridge.yaml': toPrometheus,
  'tracker/bridge-webhook.yaml': toPrometheus,
  'amazon-managed-prometheus.yaml': amazon,
};

const awsSecret = 'the-secret-key-of-aws';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'the-access-key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', awsSecret);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  return () => vi.unstubAllEnvs();
});

/** Delivers a result by an example whose address alone is another, and gives the request that arrived. */
const deliverBy = async (path: string, {origin, flavour}: Promised): Promise<ReceivedRequest> => {
  const receiver = await startStrictReceiver(flavour);
  onTestFinished(() => receiver.stop());
  const file = placeExample(path, temporaryFolder(), {[origin]: receiver.url});
  const config = loadConfig({file, flags: {}, env: {}});
  const [destination] = createDestinations(config, mappingOf(config), '1.2.3');
  const outcome = await destination?.sink.deliver([completedRow()], new AbortController().signal);
  await destination?.sink.close();
  expect({outcome, violations: receiver.violations}).toEqual({outcome: {kind: 'accepted'}, violations: []});
  expect(receiver.samples).toContainEqual(
    expect.objectContaining({
      labels: expect.objectContaining({
        ...config.labels,
        __name__: 'speedtest_tracker_download_bits',
        status: 'completed',
      }),
    }),
  );
  const [request] = receiver.requests;
  if (request === undefined) throw new Error('no request arrived');
  return request;
};

describe.each(Object.entries(promised))('examples/%s', (path, what) => {
  it('delivers what a strict receiver takes, with what it promises', async () => {
    const {headers, ...request} = await deliverBy(path, what);
    expect(request.path).toBe(what.path);
    expect(headers).toMatchObject({'x-prometheus-remote-write-version': what.version, ...what.headers});
  });
});

it("Amazon's is signed for its region", async () => {
  const request = await deliverBy('amazon-managed-prometheus.yaml', amazon);
  expect(request.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=the-access-key\/\d{8}\/eu-central-1\/aps\/aws4_request, /,
  );
  expect(request.headers.authorization).toContain(`Signature=${signatureOf(request, 'aps', awsSecret)}`);
});

const receiversTest = readFileSync(
  new URL('../../system/examples/receivers.test.ts', import.meta.url),
  'utf8',
);
/** Those that it runs into real servers. */
const real = [...receiversTest.matchAll(/\bplaceExample\(\s*'([^']+)'/g)].map(([, path = '']) => path);

it('no example with a destination is left out', () => {
  const withDestination = bridgeConfigs.filter((path) => {
    const config = loadConfig({file: placeExample(path, temporaryFolder()), flags: {}, env: {}});
    return config.remote_write.length + config.pushgateway.length > 0;
  });
  const tried = new Set([...Object.keys(promised), ...real]);
  expect(withDestination.filter((path) => !tried.has(path))).toEqual([]);
});
