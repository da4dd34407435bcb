import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {request} from 'node:http';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {promisify} from 'node:util';
import {gunzipSync} from 'node:zlib';
import {expect, it, onTestFinished, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {completed, failed, fullMeasurement} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startPrometheus} from '../peers/prometheus.ts';
import {provide} from '../peers/provide.ts';
import {startBridge} from './bridge.ts';

/** What promtool has to say about a text of metrics: nothing, where all is well. */
const complaints = async (text: string): Promise<string> => {
  const checking = promisify(execFile)(await provide('promtool'), ['check', 'metrics']);
  checking.child.stdin?.end(text);
  const {stdout, stderr} = await checking;
  return stdout + stderr;
};

/** The bytes as they come over the wire. */
const fetchBytes = async (url: string, encoding: string): Promise<Buffer> => {
  const asked = request(url, {agent: false, headers: {'accept-encoding': encoding}}).end();
  const [answer] = await once(asked, 'response');
  return buffer(answer);
};

const isp = 'Line\nfeed "quote" back\\slash {a="b"} # ü 語 🌍';

it('promtool has no complaint about base units and about the own metrics, and Prometheus reads every name back', async () => {
  const folder = temporaryFolder();
  const journal = openJournal(join(folder, 'journal.db'));
  onTestFinished(() => journal.close());
  const endedAtMs = Date.now() - 20_000;
  journal.append(
    completed({
      job: 'wan',
      startedAtMs: endedAtMs - 20_000,
      endedAtMs,
      measurement: {...fullMeasurement, isp},
    }),
  );
  journal.append(failed({job: 'lan', startedAtMs: endedAtMs - 20_000, endedAtMs}));
  const idle = {schedule: '0 0 1 1 *', engines: ['embedded']};
  const {url, port} = await startBridge(folder, {
    jobs: [
      {name: 'wan', ...idle},
      {name: 'lan', ...idle},
    ],
    metrics: {profiles: ['base-units']},
    storage: {path: 'journal.db'},
  });
  for (const path of ['/prometheus', '/metrics']) {
    const text = (await fetchBytes(url + path, 'identity')).toString();
    expect(text.split('\n').length).toBeGreaterThan(20);
    expect(await complaints(text)).toBe('');
  }
  const zipped = gunzipSync(await fetchBytes(`${url}/prometheus`, 'gzip'));
  expect(zipped).toEqual(await fetchBytes(`${url}/prometheus`, 'identity'));

  const prometheus = await startPrometheus({
    scrapeConfigs: [
      {job_name: 'bridge', metrics_path: '/prometheus', static_configs: [{targets: [`127.0.0.1:${port}`]}]},
    ],
  });
  onTestFinished(() => prometheus.stop());
  await vi.waitFor(
    async () => {
      const found = await prometheus.query('speedtest_tracker_ping_seconds');
      expect(found).toMatchObject([
        {labels: {isp, job_name: 'wan'}, samples: [[expect.any(Number), '0.01125']]},
      ]);
      expect(await prometheus.query('speedtest_tracker_result_info')).toHaveLength(2);
    },
    {timeout: 20_000, interval: 250},
  );
});
