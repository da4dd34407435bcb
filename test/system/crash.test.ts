import {join} from 'node:path';
import {expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {documentedMapping} from '../fixtures/documented-mapping.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {freePort} from '../peers/port.ts';
import {startPrometheus} from '../peers/prometheus.ts';
import {startBridge} from './bridge.ts';

const results = 20;
const kills = 3;

it(`a receiver that is down for ${results} results, and ${kills} kills meanwhile, lose nothing`, async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const receiverPort = await freePort();
  const configuration = {
    labels: {instance: 'crash'},
    jobs: [{name: 'wan', schedule: '* * * * * *', engines: ['embedded'], run_at_start: true}],
    engines: {embedded: {duration: '200ms', connections: 1}},
    remote_write: [{url: `http://127.0.0.1:${receiverPort}/api/v1/write`}],
    storage: {path: 'journal.db'},
  };
  const journaled = () => {
    const journal = openJournal(path);
    const rows = journal.after(0, 10_000);
    journal.close();
    return rows;
  };

  let bridge = await startBridge(folder, configuration);
  for (let kill = 1; kill <= kills; kill += 1) {
    const enough = Math.ceil((results * kill) / (kills + 1));
    await vi.waitFor(() => expect(journaled().length).toBeGreaterThanOrEqual(enough), {
      timeout: 60_000,
      interval: 37,
    });
    bridge.child.kill('SIGKILL');
    expect(await bridge.ended).toBe('SIGKILL');
    bridge = await startBridge(folder, configuration);
  }
  await vi.waitFor(() => expect(journaled().length).toBeGreaterThanOrEqual(results), {
    timeout: 60_000,
    interval: 100,
  });

  const prometheus = await startPrometheus({port: receiverPort});
  onTestFinished(() => prometheus.stop());
  const rows = journaled().slice(0, results);
  const [first, last] = [rows[0]?.result.endedAtMs ?? 0, rows.at(-1)?.result.endedAtMs ?? 0];
  const stored = async () => prometheus.samples('{__name__=~"speedtest_tracker_.+"}', first, last);
  const expected = rows.flatMap((row) =>
    documentedMapping(row).map(({name, labels, value}) =>
      JSON.stringify([
        Object.entries({
          __name__: name,
          instance: 'crash',
          job: 'speedtest',
          ...Object.fromEntries(labels),
        }).sort(),
        row.result.endedAtMs,
        value,
      ]),
    ),
  );
  await vi.waitFor(
    async () => {
      const found = (await stored()).flatMap(({labels, samples}) =>
        samples.map(([timestampMs, value]) =>
          JSON.stringify([Object.entries(labels).sort(), timestampMs, Number(value)]),
        ),
      );
      expect(found.sort()).toEqual(expected.sort());
    },
    {timeout: 90_000, interval: 1000},
  );
  bridge.child.kill('SIGTERM');
  expect(await bridge.ended).toBe(0);
});
