import {expect, it} from 'vitest';
import {completed, failed, fullMeasurement, skipped} from '../../../fixtures/results.ts';
import {ask} from '../http.ts';
import {jsonOf, openJournal, serve} from './serving.ts';

const endedAtMs = Date.UTC(2026, 1, 3, 4, 5, 6, 789);

it("gives the newest result in Speedtest Tracker's shape", async () => {
  const journal = openJournal();
  journal.append(completed({endedAtMs, healthy: true}));
  const {url} = await serve(journal);
  expect(jsonOf(await ask(`${url}/api/v1/results/latest`))).toEqual({
    data: {
      id: 1,
      service: 'ookla',
      ping: 11.25,
      download: 117_654_321,
      downloaded_bytes: 1_176_543_212,
      upload: 5_432_110,
      uploaded_bytes: 54_321_095,
      download_bits: 941_234_570,
      upload_bits: 43_456_876,
      download_bits_human: '941.23 Mbps',
      upload_bits_human: '43.46 Mbps',
      benchmarks: null,
      healthy: true,
      status: 'completed',
      scheduled: true,
      comments: null,
      data: {
        type: 'result',
        timestamp: '2026-02-03T04:05:06.789Z',
        ping: {jitter: 0.75, latency: 11.25, low: 10.5, high: 19.5},
        download: {
          bandwidth: 117_654_321,
          bytes: 1_176_543_212,
          elapsed: 10_002.5,
          latency: {iqm: 31.5, low: 11.5, high: 88.5, jitter: 3.5},
        },
        upload: {
          bandwidth: 5_432_110,
          bytes: 54_321_095,
          elapsed: 10_003.5,
          latency: {iqm: 41.5, low: 12.5, high: 99.5, jitter: 4.5},
        },
        packetLoss: 0.5,
        isp: 'Example Net',
        server: {...fullMeasurement.server, id: 1234},
      },
      created_at: '2026-02-03 04:05:06',
      updated_at: '2026-02-03 04:05:06',
    },
    message: 'ok',
  });
});

it('and in its older shape, where skipped tests are passed over', async () => {
  const journal = openJournal();
  journal.append(completed({endedAtMs}));
  journal.append(skipped({endedAtMs: endedAtMs + 2}));
  const {url} = await serve(journal);
  const old = `${url}/api/speedtest/latest`;
  const at = '2026-02-03T04:05:06.789000+00:00';
  expect(jsonOf(await ask(old))).toEqual({
    message: 'ok',
    data: {
      id: 1,
      ping: 11.25,
      download: 941.23,
      downloaded_bytes: 1_176_543_212,
      upload: 43.46,
      uploaded_bytes: 54_321_095,
      server_id: 1234,
      server_host: 'speed.example:8080',
      server_name: 'Example Server',
      url: null,
      scheduled: true,
      failed: false,
      created_at: at,
      updated_at: at,
    },
  });
  journal.append(failed({endedAtMs: endedAtMs + 1}));
  expect(jsonOf(await ask(old))).toMatchObject({data: {id: 3, failed: true, download: null, ping: null}});
  expect(jsonOf(await ask(`${url}/api/v1/results/latest?whatever=1`))).toMatchObject({
    data: {id: 2, status: 'skipped', download: null, data: {type: 'log', level: 'warning'}},
  });
});

it.each(['/api/v1/results/latest', '/api/speedtest/latest'])(
  '%s says that there is none yet',
  async (path) => {
    const {url} = await serve(openJournal());
    const answer = await ask(url + path);
    expect([answer.status, jsonOf(answer)]).toEqual([404, {error: 'there is no result yet'}]);
  },
);
