import {setTimeout as sleep} from 'node:timers/promises';
import {afterEach, describe, expect, test} from 'vitest';
import type {HttpSettings} from '../../src/delivery/http/settings.ts';
import type {Outcome, Sink} from '../../src/delivery/sink.ts';
import {Secret} from '../../src/secret.ts';
import {completedRow} from '../fixtures/results.ts';
import {type HttpServer, type Respond, startHttpServer} from './http-server.ts';

const longMs = 20_000;
const shortMs = 300;
const retry = (cause: string) => ({kind: 'retry', cause});

/** What every sink does with what receivers and networks do, over real sockets. */
export const describeSink = (name: string, make: (http: HttpSettings) => Sink): void => {
  describe(name, () => {
    const opened: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of opened.splice(0).reverse()) await close();
    });

    const receiver = async (respond: Respond): Promise<HttpServer> => {
      const server = await startHttpServer(respond);
      opened.push(server.stop);
      return server;
    };
    const sinkFor = (url: URL, settings: Partial<HttpSettings> = {}): Sink => {
      const sink = make({url, headers: {}, timeoutMs: longMs, ...settings});
      opened.push(() => sink.close());
      return sink;
    };
    const deliver = (sink: Sink, signal = new AbortController().signal): Promise<Outcome> =>
      sink.deliver([completedRow()], signal);
    const outcomeFor = async (respond: Respond, settings?: Partial<HttpSettings>): Promise<Outcome> =>
      deliver(sinkFor((await receiver(respond)).url, settings));

    test.each([200, 202, 204])('%i is accepted', async (status) => {
      expect(await outcomeFor((response) => response.writeHead(status).end())).toEqual({kind: 'accepted'});
    });

    test('several rows are one request, and the connection is kept', async () => {
      const {url, requests} = await receiver((response) => response.end());
      const sink = sinkFor(url);
      const rows = [1000, 2000, 3000].map((endedAtMs, id) => ({...completedRow({endedAtMs}), id}));
      expect(await sink.deliver(rows, new AbortController().signal)).toEqual({kind: 'accepted'});
      expect(await deliver(sink)).toEqual({kind: 'accepted'});
      expect(requests).toHaveLength(2);
      expect(requests[1]?.clientPort).toBe(requests[0]?.clientPort);
    });

    test('the bytes of all requests are counted, of those that fail too', async () => {
      const {url, requests} = await receiver((response) => response.writeHead(503).end());
      const sink = sinkFor(url);
      expect(sink.sentBytes()).toBe(0);
      await deliver(sink);
      await deliver(sink);
      expect(sink.sentBytes()).toBe(requests.reduce((sum, {body}) => sum + body.length, 0));
      expect(sink.sentBytes()).toBeGreaterThan(0);
    });

    test("a 400 is rejected with the receiver's words", async () => {
      expect(await outcomeFor((response) => response.writeHead(400).end('out of order\nsample\n'))).toEqual({
        kind: 'rejected',
        status: 400,
        cause: 'HTTP 400 Bad Request: out of order sample',
      });
    });

    test('a 429 waits for as long as it says', async () => {
      const outcome = await outcomeFor((response) =>
        response.writeHead(429, {'retry-after': '7'}).end('too many'),
      );
      expect(outcome).toEqual({kind: 'retry', cause: 'HTTP 429 Too Many Requests: too many', afterMs: 7000});
    });

    test.each([
      [500, 'HTTP 500 Internal Server Error: no quorum'],
      [503, 'HTTP 503 Service Unavailable: no quorum'],
    ])('a %i is tried again', async (status, cause) => {
      expect(await outcomeFor((response) => response.writeHead(status).end('no quorum'))).toEqual(
        retry(cause),
      );
    });

    test('a redirect is not followed', async () => {
      const {url, requests} = await receiver((response) =>
        response.writeHead(308, {location: 'http://127.0.0.1/other?key=word'}).end(),
      );
      expect(await deliver(sinkFor(url))).toEqual(
        retry(
          'HTTP 308 redirects to "http://127.0.0.1/other", and redirects are not followed: correct the url',
        ),
      );
      expect(requests).toHaveLength(1);
    });

    test('a redirect is followed where it may be, with all that was sent', async () => {
      const {url, requests} = await receiver((response, {path}) =>
        path === '/elsewhere' ? response.end() : response.writeHead(308, {location: '/elsewhere'}).end(),
      );
      expect(await deliver(sinkFor(url, {followRedirects: true}))).toEqual({kind: 'accepted'});
      const [first, second] = requests;
      expect(second?.body).toEqual(first?.body);
      expect(second?.headers).toEqual(first?.headers);
    });

    test('a redirect that would lose the results is tried again', async () => {
      const {url, requests} = await receiver((response) =>
        response.writeHead(302, {location: '/login'}).end(),
      );
      expect(await deliver(sinkFor(url, {followRedirects: true}))).toEqual(
        retry('HTTP 302 redirects to "/login", and following it would drop the results: correct the url'),
      );
      expect(requests).toHaveLength(1);
    });

    test('a refused connection is tried again', async () => {
      const {url, stop} = await receiver((response) => response.end());
      await stop();
      expect(await deliver(sinkFor(url))).toEqual(retry(`connection refused by ${url.host}`));
    });

    test('a receiver that comes back takes the next attempt', async () => {
      let up = false;
      const {url} = await receiver((response) => (up ? response.end() : response.socket?.destroy()));
      const sink = sinkFor(url);
      expect(await deliver(sink)).toMatchObject({kind: 'retry'});
      up = true;
      expect(await deliver(sink)).toEqual({kind: 'accepted'});
    });

    test.each<[string, Respond]>([
      ['before its answer', (response) => response.socket?.resetAndDestroy()],
      [
        'in the middle of its headers',
        (response) => response.socket?.write('HTTP/1.1 200 OK\r\nX-', () => response.socket?.destroy()),
      ],
      [
        'in the middle of a 200',
        (response) =>
          response.writeHead(200, {'content-length': 9}).write('yes', () => response.socket?.destroy()),
      ],
    ])('a connection cut %s is tried again', async (_, respond) => {
      const server = await receiver(respond);
      expect(await deliver(sinkFor(server.url))).toEqual(
        retry(`${server.url.host} closed the connection before its answer was complete`),
      );
    });

    test('a 400 cut off in the middle is rejected all the same', async () => {
      const outcome = await outcomeFor((response) =>
        response.writeHead(400, {'content-length': 9}).write('out', () => response.socket?.destroy()),
      );
      expect(outcome).toEqual({kind: 'rejected', status: 400, cause: 'HTTP 400 Bad Request: out'});
    });

    test.each<[string, Respond]>([
      ['hangs', () => undefined],
      ['hangs after its headers', (response) => response.writeHead(200).flushHeaders()],
      [
        'drips',
        async (response) => {
          response.writeHead(200);
          while (response.write('.')) await sleep(20);
        },
      ],
    ])('a receiver that %s is given up after the timeout', async (_, respond) => {
      const server = await receiver(respond);
      const sink = sinkFor(server.url, {timeoutMs: shortMs});
      expect(await deliver(sink)).toEqual(retry(`no answer from ${server.url.host} within 0.3 s`));
    });

    test('an answer that is not HTTP is tried again', async () => {
      const server = await receiver((response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'));
      expect(await deliver(sinkFor(server.url))).toEqual(
        retry(`${server.url.host} answered something that is not HTTP`),
      );
    });

    test.each([
      [200, 'accepted'],
      [400, 'rejected'],
    ])('of an endless answer %i only the beginning is read', async (status, kind) => {
      let closed = false;
      const outcome = await outcomeFor((response) => {
        response.on('close', () => {
          closed = true;
        });
        response.writeHead(status);
        const more = (): void => {
          while (!closed && response.write('blah '.repeat(10_000)));
        };
        response.on('drain', more);
        more();
      });
      expect(outcome.kind).toBe(kind);
      expect('cause' in outcome ? outcome.cause.length : 0).toBeLessThan(600);
      await expect.poll(() => closed).toBe(true);
    });

    test('an attempt ends when its signal aborts, with the reason', async () => {
      const abort = new AbortController();
      const reason = new Error('stopping');
      const server = await receiver(() => abort.abort(reason));
      await expect(deliver(sinkFor(server.url), abort.signal)).rejects.toBe(reason);
    });

    test('no attempt is made once the signal has aborted', async () => {
      const {url, requests} = await receiver((response) => response.end());
      await expect(deliver(sinkFor(url), AbortSignal.abort())).rejects.toMatchObject({name: 'AbortError'});
      expect(requests).toEqual([]);
    });

    test('a probe that the receiver takes is accepted', async () => {
      const {url, requests} = await receiver((response) => response.end());
      expect(await sinkFor(url).probe(new AbortController().signal)).toEqual({kind: 'accepted'});
      expect(requests).toHaveLength(1);
    });

    test("a probe tells the receiver's words, a dead receiver, and an abort", async () => {
      const server = await receiver((response) => response.writeHead(401).end('who are you?'));
      const {signal} = new AbortController();
      expect(await sinkFor(server.url).probe(signal)).toEqual({
        kind: 'rejected',
        status: 401,
        cause: 'HTTP 401 Unauthorized: who are you?',
      });
      await server.stop();
      expect(await sinkFor(server.url).probe(signal)).toEqual(
        retry(`connection refused by ${server.url.host}`),
      );
      await expect(sinkFor(server.url).probe(AbortSignal.abort())).rejects.toMatchObject({
        name: 'AbortError',
      });
    });

    test('tells no secrets, even where the receiver repeats them', async () => {
      const {url, requests} = await receiver((response, {headers}) =>
        response.writeHead(400).end(`not allowed: ${JSON.stringify(headers)}`),
      );
      url.username = 'u';
      url.password = 'of-url';
      const headers = {'X-Key': Secret.of('of-header'), 'User-Agent': 'other', 'Content-Type': 'other'};
      const basic = {kind: 'basic', username: 'u', password: Secret.of('of-basic')} as const;
      const bearer = {kind: 'authorization', type: 'Bearer', credentials: Secret.of('of-bearer')} as const;
      const outcomes = [
        await deliver(sinkFor(url, {headers})),
        await deliver(sinkFor(url, {login: basic})),
        await deliver(sinkFor(url, {login: bearer})),
      ];
      expect(requests.map((request) => request.headers.authorization)).toEqual([
        `Basic ${btoa('u:of-url')}`,
        `Basic ${btoa('u:of-basic')}`,
        'Bearer of-bearer',
      ]);
      expect(requests[0]?.headers['x-key']).toBe('of-header');
      expect(JSON.stringify(requests.map((request) => request.headers))).not.toContain('other');
      expect(JSON.stringify(outcomes)).toContain('<secret>');
      expect(JSON.stringify(outcomes)).not.toMatch(/of-(url|header|basic|bearer)|dTpvZ/);
    });
  });
};
