import {describe, expect, it} from 'vitest';
import {parseAllDocuments} from 'yaml';
import {z} from 'zod';
import {loadConfig} from '../../../src/config/load.ts';
import {paths} from '../../../src/server/paths.ts';
import {exampleUrl, placeConfig, readExample} from '../../fixtures/examples.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({name: z.string(), labels: labels.optional()});
const port = z.union([z.string(), z.int()]);
const probe = z.strictObject({
  httpGet: z.strictObject({path: z.string(), port}),
  periodSeconds: z.int(),
  timeoutSeconds: z.int(),
});
const resources = z.record(z.string(), z.string());

/** Of each kind the fields that the examples use, by Kubernetes' API: any other is a mistake. */
const configMap = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  data: z.record(z.string(), z.string()),
});
const secret = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata,
  stringData: z.record(z.string(), z.string()),
});
const service = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata,
  spec: z.strictObject({
    selector: labels,
    ports: z.array(z.strictObject({name: z.string(), port: z.int(), targetPort: port})),
  }),
});
const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.strictObject({name: z.string(), containerPort: z.int()})),
  securityContext: z.unknown(),
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z.strictObject({requests: resources, limits: resources}),
  volumeMounts: z.array(
    z.strictObject({name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional()}),
  ),
});
const statefulSet = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('StatefulSet'),
  metadata,
  spec: z.strictObject({
    replicas: z.literal(1),
    serviceName: z.string(),
    selector: z.strictObject({matchLabels: labels}),
    template: z.strictObject({
      metadata: z.strictObject({labels}),
      spec: z.strictObject({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.unknown(),
        containers: z.tuple([container]),
        volumes: z.array(
          z.strictObject({
            name: z.string(),
            configMap: z.strictObject({name: z.string()}).optional(),
            secret: z.strictObject({secretName: z.string(), defaultMode: z.int()}).optional(),
            emptyDir: z.strictObject({}).optional(),
          }),
        ),
      }),
    }),
    volumeClaimTemplates: z.array(
      z.strictObject({
        metadata,
        spec: z.strictObject({
          accessModes: z.tuple([z.literal('ReadWriteOnce')]),
          resources: z.strictObject({requests: resources}),
        }),
      }),
    ),
  }),
});
const serviceMonitor = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('ServiceMonitor'),
  metadata,
  spec: z.strictObject({
    selector: z.strictObject({matchLabels: labels}),
    endpoints: z.array(z.strictObject({port: z.string(), path: z.string(), interval: z.string()})),
  }),
});

const documentsOf = (path: string): unknown[] =>
  parseAllDocuments(readExample(path)).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJS();
  });

const [config, front, set] = z
  .tuple([configMap, service, statefulSet])
  .parse(documentsOf('kubernetes/speedtest-bridge.yaml'));
const [credentials] = z.tuple([secret]).parse(documentsOf('kubernetes/secret.yaml'));
const [monitor] = z.tuple([serviceMonitor]).parse(documentsOf('kubernetes/service-monitor.yaml'));
const pod = set.spec.template.spec;
const [bridge] = pod.containers;
const text = config.data['speedtest-bridge.yaml'] ?? '';
const home = exampleUrl('kubernetes/speedtest-bridge.yaml');
const loaded = () => loadConfig({file: placeConfig(text, home, temporaryFolder()), flags: {}, env: {}});

describe('examples/kubernetes', () => {
  it('has selectors that select what is there', () => {
    const {labels: podLabels} = set.spec.template.metadata;
    expect(set.spec.selector.matchLabels).toEqual(podLabels);
    expect(podLabels).toMatchObject(front.spec.selector);
    expect(front.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    expect(set.spec.serviceName).toBe(front.metadata.name);
  });

  it('mounts volumes that exist, and all of them', () => {
    const volumes = [
      ...pod.volumes.map(({name}) => name),
      ...set.spec.volumeClaimTemplates.map(({metadata: {name}}) => name),
    ];
    expect(bridge.volumeMounts.map(({name}) => name).toSorted()).toEqual(volumes.toSorted());
    for (const {configMap: map, secret: file} of pod.volumes) {
      if (map !== undefined) expect(map.name).toBe(config.metadata.name);
      if (file !== undefined)
        expect(file).toEqual({secretName: credentials.metadata.name, defaultMode: 0o440});
    }
  });

  it('has a configuration that loads, at the place where the image looks for it', () => {
    expect(loaded().warnings).toEqual([]);
    expect(bridge.volumeMounts).toContainEqual({
      name: 'config',
      mountPath: '/etc/speedtest-bridge',
      readOnly: true,
    });
  });

  it('has every secret that the configuration names', () => {
    const folder = bridge.volumeMounts.find(({name}) => name === 'secrets')?.mountPath;
    const named = [...text.matchAll(/_file: ([^\s,}]+)/g)].map(([, path]) => path);
    expect(named).toEqual(Object.keys(credentials.stringData).map((key) => `${folder}/${key}`));
  });

  it('keeps the journal on the claimed volume', () => {
    const folder = bridge.volumeMounts.find(({name}) => name === 'journal')?.mountPath;
    expect(loaded().storage.path).toMatch(new RegExp(`^${folder}/`));
  });

  it('leads every port to the one on which the bridge listens', () => {
    const [{name, containerPort} = {name: '', containerPort: 0}] = bridge.ports;
    expect(loaded().web.listen).toMatchObject([{port: containerPort}]);
    expect(front.spec.ports).toMatchObject([{targetPort: name}]);
    expect([bridge.livenessProbe, bridge.readinessProbe].map(({httpGet}) => httpGet.port)).toEqual([
      name,
      name,
    ]);
    expect(monitor.spec.endpoints.map((endpoint) => endpoint.port)).toEqual(
      monitor.spec.endpoints.map(() => front.spec.ports[0]?.name),
    );
  });

  it('asks for paths that are served', () => {
    expect(bridge.livenessProbe.httpGet.path).toBe(paths.healthy);
    expect(bridge.readinessProbe.httpGet.path).toBe(paths.ready);
    expect(monitor.spec.endpoints.map(({path}) => path)).toEqual([loaded().web.path, paths.ownMetrics]);
  });

  it('runs without privilege, on a read-only root', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      fsGroup: 1000,
      seccompProfile: {type: 'RuntimeDefault'},
    });
    expect(bridge.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: {drop: ['ALL']},
    });
    expect(bridge.image).toMatch(/:\d+\.\d+\.\d+$/);
  });
});
