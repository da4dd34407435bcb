import {expect, it} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {readExample} from '../../fixtures/examples.ts';

const duration = z.string().regex(/^\d+[smhdwy]$/);
const folder = z.string().startsWith('/data/');

/** The keys that the example uses, by https://grafana.com/docs/mimir/v2.17.x/configure/configuration-parameters/. */
const mimir = z.strictObject({
  multitenancy_enabled: z.literal(true),
  server: z.strictObject({http_listen_port: z.int()}),
  limits: z.strictObject({
    out_of_order_time_window: duration,
    max_global_series_per_user: z.int(),
    ingestion_rate: z.int(),
    ingestion_burst_size: z.int(),
    compactor_blocks_retention_period: duration,
  }),
  common: z.strictObject({
    storage: z.strictObject({backend: z.literal('filesystem'), filesystem: z.strictObject({dir: folder})}),
  }),
  blocks_storage: z.strictObject({
    storage_prefix: z.string(),
    tsdb: z.strictObject({dir: folder}),
    bucket_store: z.strictObject({sync_dir: folder}),
  }),
  compactor: z.strictObject({data_dir: folder}),
  ruler: z.strictObject({rule_path: folder}),
  distributor: z.strictObject({ring: z.strictObject({instance_addr: z.string()})}),
  ingester: z.strictObject({
    ring: z.strictObject({instance_addr: z.string(), replication_factor: z.literal(1)}),
  }),
  store_gateway: z.strictObject({sharding_ring: z.strictObject({replication_factor: z.literal(1)})}),
});

const config = mimir.parse(parse(readExample('mimir/mimir.yaml')));

it("Mimir's folders are on its volume, and none is in another", () => {
  const {common, blocks_storage: blocks, compactor, ruler} = config;
  const folders = [
    common.storage.filesystem.dir,
    blocks.tsdb.dir,
    blocks.bucket_store.sync_dir,
    compactor.data_dir,
    ruler.rule_path,
  ];
  for (const one of folders)
    expect(folders.filter((other) => `${other}/`.startsWith(`${one}/`))).toEqual([one]);
});

it('the proxy asks Mimir where it listens', () => {
  const asked = [...readExample('mimir/nginx.conf').matchAll(/proxy_pass (\S+);/g)].map(([, url]) => url);
  expect(new Set(asked)).toEqual(new Set([`http://mimir:${config.server.http_listen_port}`]));
});
