import {once} from 'node:events';
import {get, type IncomingMessage} from 'node:http';
import {connect, type Socket} from 'node:net';
import {expect, it, onTestFinished, vi} from 'vitest';
import type {Progress} from '../../../../src/engine/engine.ts';
import type {AccessCheck} from '../../../../src/server/access/access.ts';
import {createProgressHub} from '../../../../src/server/api/progress-hub.ts';
import type {ProgressEvent} from '../../../../src/server/api/shapes.ts';
import {completed} from '../../../fixtures/results.ts';
import {ask, patiently} from '../http.ts';
import {jsonOf, openJournal, serve} from './serving.ts';

const download = (fraction: number): Progress => ({phase: 'download', bytesPerSecond: 1, bytes: 2, fraction});
const ping: Progress = {phase: 'ping', latencyMs: 1, fraction: 0.5};

/** Connects and gathers the events. */
const watch = async (url: string) => {
  const request = get(`${url}/api/v1/progress`, {agent: false});
  onTestFinished(() => {
    request.destroy();
  });
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('no response');
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const events = (): unknown[] =>
    text
      .split('\n\n')
      .filter((each) => each.startsWith('event: '))
      .map((each) => {
        const [, kind, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(each) ?? [];
        const event = JSON.parse(data);
        expect(event.kind).toBe(kind);
        return event;
      });
  // Its end may come as a reset.
  response.on('error', () => {});
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  return {response, request, events, closed};
};

it('tells of a test from its start to its result, also to those who come later', async () => {
  const {url, hub} = await serve(openJournal());
  const first = await watch(url);
  expect(first.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  const test = hub.started('wan');
  expect(hub.running()).toBe('wan');
  test.onProgress(ping);
  const from = {engine: 'ookla', class: 'timeout', reason: 'slow'} as const;
  test.onFellBack(from);
  const second = await watch(url);
  await vi.waitFor(() => expect(second.events()).toHaveLength(3), patiently);
  test.onProgress(ping);
  const row = {id: 7, result: completed()};
  test.ended(row);
  expect(hub.running()).toBeUndefined();
  const started = {kind: 'started', job: 'wan', atMs: expect.any(Number)};
  const progress = {kind: 'progress', job: 'wan', progress: ping};
  const fellBack = {kind: 'fell-back', job: 'wan', from};
  const ended = {kind: 'ended', result: {id: 7, ...row.result}};
  await vi.waitFor(() => {
    expect(first.events()).toEqual([{kind: 'idle'}, started, progress, fellBack, progress, ended]);
    expect(second.events()).toEqual([{kind: 'idle'}, started, fellBack, progress, ended]);
  }, patiently);
});

it('tells who comes in the middle of a test the newest of each phase, and who failed before', () => {
  const hub = createProgressHub();
  const test = hub.started('wan');
  const told = (): unknown[] => {
    const events: ProgressEvent[] = [];
    hub.watch({event: (event) => events.push(event), end: () => {}});
    return events.slice(2).map((event) => ('progress' in event ? event.progress : event));
  };
  const connect: Progress = {phase: 'connect', server: 'a'};
  const from = {engine: 'ookla', class: 'timeout', reason: 'slow'} as const;
  for (const event of [connect, ping, download(0.5), download(0.75)]) test.onProgress(event);
  expect(told()).toEqual([connect, ping, download(0.75)]);
  // Another server's turn, of the same engine.
  test.onProgress(connect);
  expect(told()).toEqual([ping, download(0.75), connect]);
  test.onFellBack(from);
  test.onProgress(ping);
  expect(told()).toEqual([{kind: 'fell-back', job: 'wan', from}, ping]);
  test.ended(undefined);
  expect(told()).toEqual([]);
});

it('tells of progress five times a second at most, and of each new phase', () => {
  let nowMs = 0;
  const hub = createProgressHub(() => nowMs);
  const events: ProgressEvent[] = [];
  hub.watch({event: (event) => events.push(event), end: () => {}});
  const test = hub.started('wan');
  test.onProgress(ping);
  for (; nowMs < 1000; nowMs += 10) test.onProgress(download(nowMs / 1000));
  test.ended(undefined);
  const told = events.filter(({kind}) => kind === 'progress');
  expect(told.length).toBeGreaterThanOrEqual(5);
  expect(told.length).toBeLessThanOrEqual(7);
  expect(events.at(-1)).toEqual({kind: 'idle'});
});

it('ends at once when the bridge stops, and takes no more watchers then', async () => {
  const {url, hub} = await serve(openJournal());
  const {closed} = await watch(url);
  hub.close();
  await closed;
  const answer = await ask(`${url}/api/v1/progress`);
  expect([answer.status, jsonOf(answer)]).toEqual([503, {error: 'too many watch already'}]);
});

it('can be made to begin anew', async () => {
  const {url, hub} = await serve(openJournal());
  const {closed} = await watch(url);
  hub.started('wan');
  hub.endAll();
  await closed;
  const {events} = await watch(url);
  await vi.waitFor(() => expect(events()).toMatchObject([{kind: 'idle'}, {kind: 'started'}]), patiently);
});

it('has room for 64 watchers, and for another one when one has gone', async () => {
  const {url, hub} = await serve(openJournal());
  const ends = Array.from({length: 63}, () => hub.watch({event: () => {}, end: () => {}}));
  expect(ends.every((end) => end !== undefined)).toBe(true);
  const last = await watch(url);
  expect((await ask(`${url}/api/v1/progress`)).status).toBe(503);
  last.request.destroy();
  await vi.waitFor(async () => {
    const next = await watch(url);
    expect(next.response.statusCode).toBe(200);
  }, patiently);
});

it('cuts off who does not read', async () => {
  const {url, hub} = await serve(openJournal());
  const {response, closed} = await watch(url);
  response.pause();
  const reason = 'x'.repeat(60_000);
  const test = hub.started('wan');
  // More than all buffers on the way hold.
  for (let sent = 0; sent < 2000 && hub.watching() > 0; sent += 1) {
    test.onFellBack({engine: 'a', class: 'dns', reason});
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(hub.watching()).toBe(0);
  response.resume();
  await closed;
});

/** Sends bytes on a connection of its own. */
const send = (port: number, bytes: string) => {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {}).resume();
  socket.write(bytes);
  return socket;
};

const asking = 'GET /api/v1/progress HTTP/1.1\r\nHost: a\r\n\r\n';

it('tells a connection once, however often it asks, and forgets it when it ends', async () => {
  const {port, url, hub} = await serve(openJournal());
  const socket = send(port, asking.repeat(3));
  await vi.waitFor(() => expect(hub.watching()).toBe(1), patiently);
  // What it asked along with that would have been seen by the time that another one is answered.
  expect((await ask(`${url}/-/healthy`)).status).toBe(200);
  expect(hub.watching()).toBe(1);
  socket.destroy();
  await vi.waitFor(() => expect(hub.watching()).toBe(0), patiently);
});

/** Who may ask is found out when `admit` is called; `socket` is the server's end of the first request's connection. */
const slowAccess = () => {
  let tell = (_socket: Socket): void => {};
  const socket = new Promise<Socket>((resolve) => {
    tell = resolve;
  });
  let admit = (): void => {};
  const admitted = new Promise<void>((resolve) => {
    admit = resolve;
  });
  const check: AccessCheck = {
    peer: () => 'client',
    request: async ({message}) => {
      tell(message.socket);
      await admitted;
      return {kind: 'admitted'};
    },
  };
  return {socket, admit, access: () => check};
};

it('goes on in silence, also where its turn comes later', async () => {
  const {socket, admit, access} = slowAccess();
  const {port, hub} = await serve(openJournal(), {}, {access});
  send(port, `GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n${asking}`);
  const {timeout} = await socket;
  expect(timeout).toBeGreaterThan(0);
  admit();
  await vi.waitFor(() => expect(hub.watching()).toBe(1), patiently);
  expect((await socket).timeout).toBe(0);
});

it('forgets who has gone while it was found out who that is', async () => {
  const {socket, admit, access} = slowAccess();
  const error = vi.fn();
  const {port, hub} = await serve(openJournal(), {}, {access, log: {warn: () => {}, error}});
  const watch = vi.spyOn(hub, 'watch');
  const client = send(port, asking);
  const gone = once(await socket, 'close');
  client.destroy();
  await gone;
  admit();
  await vi.waitFor(() => {
    expect(watch).toHaveBeenCalledOnce();
    expect(hub.watching()).toBe(0);
  }, patiently);
  expect(error).not.toHaveBeenCalled();
});
