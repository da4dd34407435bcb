import {once} from 'node:events';
import {get} from 'node:http';
import {connect} from 'node:net';
import {describe, expect, it, vi} from 'vitest';
import {encodeOpenMetrics} from '../../../../src/exposition/openmetrics.ts';
import type {Journal} from '../../../../src/journal/journal.ts';
import {completed, failed, fullMeasurement, skipped} from '../../../fixtures/results.ts';
import {ask, patiently} from '../http.ts';
import {jsonOf, openJournal, serve, sourcesFor} from './serving.ts';

/** Results enough for several batches, two of which end at the same time. */
const fill = (journal: Journal, count: number): void => {
  for (let index = 0; index < count; index += 1) {
    const times = {endedAtMs: 1_000_000 + Math.floor(index / 2) * 1000, startedAtMs: 999_000};
    if (index % 10 === 5) journal.append(failed(times));
    else journal.append(completed(times));
  }
};

describe('an export', () => {
  it('as JSON is all results of the range, oldest first', async () => {
    const journal = openJournal();
    fill(journal, 501);
    const {url} = await serve(journal);
    const exported = `${url}/api/v1/results/export?format=json`;
    const answer = await ask(exported);
    expect(answer.headers['content-disposition']).toBe('attachment; filename="speedtest-results.json"');
    expect(jsonOf(answer)).toEqual(journal.after(0, 1000).map(({id, result}) => ({id, ...result})));
    expect(jsonOf(await ask(`${exported}&from=1001000&to=1002000`))).toMatchObject([{id: 3}, {id: 4}]);
    expect(jsonOf(await ask(`${exported}&job=none`))).toEqual([]);
  });

  it('as CSV quotes what has to be quoted, and leaves out what was not measured', async () => {
    const journal = openJournal();
    const server = {name: 'A "great", one', host: '=1+1', location: 'x\ny'};
    journal.append(completed({measurement: {engine: {name: 'ookla'}, server, ping: {latencyMs: 1.5}}}));
    journal.append(skipped());
    const {url} = await serve(journal);
    const {headers, body} = await ask(`${url}/api/v1/results/export`);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="speedtest-results.csv"',
    });
    expect(body.split('\r\n')).toEqual([
      'id,job,status,scheduled,started_at,ended_at,healthy,engine,server_id,server_name,server_host,' +
        'server_location,server_country,isp,download_bytes_per_second,upload_bytes_per_second,ping_ms,jitter_ms,' +
        'download_latency_ms,upload_latency_ms,packet_loss_percent,downloaded_bytes,uploaded_bytes,class,reason',
      '1,wan,completed,true,2026-09-21T14:12:55.000Z,2026-09-21T14:13:20.000Z,,ookla,,"A ""great"", one",' +
        `'=1+1,"x\ny",,,,,1.5,,,,,,,,`,
      '2,wan,skipped,true,2026-09-21T14:16:40.000Z,2026-09-21T14:16:40.000Z,,,,,,,,,,,,,,,,,,' +
        'overlap,the previous run of this job was not over',
      '',
    ]);
  });

  it('as OpenMetrics is what the encoder makes of all samples at once', async () => {
    const journal = openJournal();
    fill(journal, 300);
    const {url} = await serve(journal);
    const {headers, body} = await ask(`${url}/api/v1/results/export?format=openmetrics`);
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const {samplesOf} = sourcesFor(journal);
    expect(body).toBe(encodeOpenMetrics(journal.after(0, 1000).flatMap(samplesOf)));
  });

  it.each([
    ['format=xml', 'format: Invalid option: expected one of "csv"|"json"|"openmetrics"'],
    ['limit=5', '"limit" is not known here'],
    ['from=9000000000000', 'from: is not before to, or in the future'],
  ])('is refused for %s', async (query, error) => {
    const {url} = await serve(openJournal());
    const answer = await ask(`${url}/api/v1/results/export?${query}`);
    expect([answer.status, jsonOf(answer)]).toEqual([400, {error}]);
  });

  it('makes room for the next one when its connection ends', async () => {
    const journal = openJournal();
    fill(journal, 100);
    const {port, url} = await serve(journal);
    const endless = vi.spyOn(journal, 'following').mockReturnValue(journal.after(0, 100));
    const sockets = [0, 1].map(() => connect(port, '127.0.0.1').on('error', () => {}));
    for (const socket of sockets) socket.write('GET /api/v1/results/export HTTP/1.1\r\nHost: a\r\n\r\n');
    const next = async () => (await ask(`${url}/api/v1/results/export?to=2000000`)).status;
    await Promise.all(sockets.map((socket) => once(socket, 'readable')));
    expect(await next()).toBe(503);
    endless.mockRestore();
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect(await next()).toBe(200), patiently);
  });

  it('is read no further than the client takes it', async () => {
    const journal = openJournal();
    const isp = 'x'.repeat(50_000);
    const result = completed({endedAtMs: 1000, measurement: {...fullMeasurement, isp}});
    for (let index = 0; index < 1000; index += 1) journal.append(result);
    const following = vi.spyOn(journal, 'following');
    const {url} = await serve(journal);
    const request = get(`${url}/api/v1/results/export?format=json`, {agent: false});
    const [response] = await once(request, 'response');
    await once(response, 'readable');
    let seen = -1;
    await vi.waitFor(
      () => {
        const before = seen;
        seen = following.mock.calls.length;
        expect(seen).toBe(before);
      },
      {...patiently, interval: 100},
    );
    expect(seen).toBeLessThan(6);

    const second = get(`${url}/api/v1/results/export?format=json`, {agent: false});
    await once(second, 'response');
    expect((await ask(`${url}/api/v1/results/export`)).status).toBe(503);
    request.destroy();
    second.destroy();
    await vi.waitFor(async () => {
      expect((await ask(`${url}/api/v1/results/export?to=1`)).status).toBe(200);
    }, patiently);
  });
});
