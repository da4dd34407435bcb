import {describe, expect, test} from 'vitest';
import {createDocument} from '../../../src/server/document.ts';
import {paths, reservedPaths} from '../../../src/server/paths.ts';
import type {Reload} from '../../../src/server/routes/reload.ts';
import {ask, sendRaw} from './http.ts';
import {start} from './running.ts';

describe('the scraped endpoint', () => {
  const documentOf = (isp: string) =>
    createDocument([{name: 'a', help: 'A.', labels: [['isp', isp]], value: 1}]);
  const textOf = (isp: string) => `# HELP a A.\n# TYPE a gauge\na{isp="${isp}"} 1\n`;

  test('serves the newest results', async () => {
    let newest = documentOf('one');
    const {url} = await start({document: () => newest});
    expect(await ask(`${url}/prometheus`)).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'content-length': String(textOf('one').length),
        vary: 'Accept, Accept-Encoding',
      },
      body: textOf('one'),
    });
    newest = documentOf('ü語');
    expect((await ask(`${url}/prometheus`)).body).toBe(textOf('ü語'));
  });

  test('is a comment with status 200 before the first test', async () => {
    const {url} = await start({document: () => createDocument([])});
    expect(await ask(`${url}/prometheus`)).toMatchObject({
      status: 200,
      headers: {'content-type': 'text/plain; version=0.0.4; charset=utf-8'},
      body: '# no test result yet\n',
    });
  });

  test('speaks OpenMetrics to those who prefer it', async () => {
    const {url} = await start({document: () => documentOf('one')});
    const accept = 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.7';
    expect(await ask(`${url}/prometheus`, {headers: {accept}})).toMatchObject({
      status: 200,
      headers: {'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8'},
      body: '# TYPE a gauge\n# HELP a A.\na{isp="one"} 1\n# EOF\n',
    });
  });

  test('answers requests that are sent before the answers to earlier ones, in their order', async () => {
    const {port} = await start({document: () => documentOf('ü語')});
    const ask = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
    const all = ask('/prometheus') + ask('/-/healthy') + ask('/prometheus', 'Connection: close\r\n');
    const answers = await sendRaw(port, all);
    const bodies = answers.split('HTTP/1.1 200 OK\r\n').map((answer) => answer.split('\r\n\r\n')[1]);
    expect(bodies).toEqual([undefined, textOf('ü語'), 'healthy\n', textOf('ü語')]);
  });

  test('compresses for those who take it', async () => {
    const {url} = await start({document: () => documentOf('one')});
    const answer = await fetch(`${url}/prometheus`, {headers: {'accept-encoding': 'gzip'}});
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(await answer.text()).toBe(textOf('one'));
  });

  test('does not send again what a client has', async () => {
    let newest = documentOf('one');
    const {url} = await start({document: () => newest});
    const {headers} = await ask(`${url}/prometheus`);
    const {etag = ''} = headers;
    const again = (headersOf: Readonly<Record<string, string>>, method = 'GET') =>
      ask(`${url}/prometheus`, {method, headers: headersOf});
    for (const method of ['GET', 'HEAD']) {
      const answer = await again({'if-none-match': `"other", W/${etag}`}, method);
      expect(answer).toMatchObject({status: 304, body: '', headers: {etag}});
      expect(answer.headers).not.toHaveProperty('content-length');
    }
    // Another representation of the same results is another thing.
    expect(await again({'if-none-match': etag, 'accept-encoding': 'gzip'})).toMatchObject({status: 200});
    newest = documentOf('two');
    expect(await again({'if-none-match': etag})).toMatchObject({status: 200, body: textOf('two')});
  });

  test('can be moved', async () => {
    const {url} = await start({path: '/speedtest/metrics'});
    expect((await ask(`${url}/speedtest/metrics`)).status).toBe(200);
    expect((await ask(`${url}/prometheus`)).status).toBe(404);
    expect((await ask(`${url}/`)).body).toContain('href="/speedtest/metrics"');
  });
});

describe('the other routes', () => {
  test('/metrics serves the metrics of the process', async () => {
    const {url} = await start();
    expect(await ask(`${url}/metrics`)).toMatchObject({
      status: 200,
      headers: {'content-type': 'text/plain; version=0.0.4'},
      body: 'own 1\n',
    });
  });

  test('/-/healthy', async () => {
    const {url} = await start({ready: () => false});
    expect(await ask(`${url}/-/healthy`)).toMatchObject({status: 200, body: 'healthy\n'});
  });

  test('/-/ready tells why it is not', async () => {
    let ready = false;
    const {url} = await start({ready: () => ready});
    expect(await ask(`${url}/-/ready`)).toMatchObject({
      status: 503,
      body: 'not ready: the process is starting or stopping\n',
    });
    ready = true;
    expect(await ask(`${url}/-/ready`)).toMatchObject({status: 200, body: 'ready\n'});
  });

  test('/ names them all', async () => {
    const {url} = await start();
    const {headers, body} = await ask(`${url}/`);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    for (const path of ['/prometheus', '/metrics', '/-/healthy', '/-/ready']) {
      expect(body).toContain(`<a href="${path}">${path}</a>`);
    }
  });

  test('all but the scraped one are reserved', () => {
    const others = ['/', '/metrics', '/-/healthy', '/-/ready', '/-/reload', '/webhook/speedtest-tracker'];
    expect(reservedPaths).toEqual(others);
  });
});

describe('/-/reload', () => {
  const post = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    ask(`${url}/-/reload`, {method: 'POST', headers});

  test('is not there unless it is allowed', async () => {
    const {url} = await start();
    expect((await post(url)).status).toBe(404);
  });

  test.each<[Reload, number, string]>([
    [{kind: 'reloaded'}, 200, 'configuration reloaded\n'],
    [
      {kind: 'refused', problems: ['a: unknown key', 'b: unknown key']},
      400,
      'a: unknown key\nb: unknown key\n',
    ],
    [{kind: 'failed', problem: 'the disk is gone'}, 500, 'the disk is gone\n'],
  ])('answers what came of it: %j', async (outcome, status, body) => {
    const {url} = await start({reload: async () => outcome});
    expect(await post(url)).toMatchObject({status, body});
  });

  test('takes POST alone, without a body', async () => {
    let reloads = 0;
    const reload = async (): Promise<Reload> => {
      reloads += 1;
      return {kind: 'reloaded'};
    };
    const {url} = await start({reload});
    for (const method of ['GET', 'HEAD', 'PUT']) {
      expect(await ask(`${url}/-/reload`, {method})).toMatchObject({status: 405, headers: {allow: 'POST'}});
    }
    expect(await ask(`${url}/-/reload`, {method: 'POST', body: 'a=b'})).toMatchObject({status: 413});
    expect(reloads).toBe(0);
  });

  test('is refused to pages of other sites', async () => {
    const {url, port} = await start({reload: async () => ({kind: 'reloaded'})});
    const site = (name: string) => post(url, {'sec-fetch-site': name});
    const origin = (name: string) => post(url, {origin: name});
    for (const answer of [
      site('cross-site'),
      site('same-site'),
      origin('http://a.example'),
      origin('null'),
    ]) {
      expect(await answer).toMatchObject({
        status: 403,
        body: 'forbidden: asked for by a page of another site\n',
      });
    }
    for (const answer of [site('same-origin'), site('none'), origin(`http://127.0.0.1:${port}`)]) {
      expect(await answer).toMatchObject({status: 200});
    }
  });
});

describe('every route', () => {
  const routes = [
    '/prometheus',
    ...Object.values(paths).filter((path) => path !== paths.reload && path !== paths.trackerWebhook),
  ];

  test.each(routes)('%s answers HEAD as GET, without the body', async (path) => {
    const {url} = await start();
    const {headers, body} = await ask(url + path);
    const head = await ask(url + path, {method: 'HEAD'});
    expect(head).toMatchObject({status: 200, body: ''});
    expect(head.headers['content-type']).toBe(headers['content-type']);
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  test.each(routes)('%s ignores a query', async (path) => {
    const {url} = await start();
    expect((await ask(`${url}${path}?a=b&__proto__=c&%zz`)).status).toBe(200);
  });

  test.each(routes)('%s refuses other methods', async (path) => {
    const {url} = await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']) {
      expect(await ask(`${url}${path}?a=b`, {method})).toMatchObject({
        status: 405,
        headers: {allow: 'GET, HEAD', 'content-type': 'text/plain; charset=utf-8'},
        body: `${path} takes GET and HEAD only\n`,
      });
    }
  });
});

describe('what is not served', () => {
  test.each(['/nothing', '/prometheus/', '/Prometheus', '//', '/-/', '/metrics/a', '/prometheus%00'])(
    '%s is not found',
    async (path) => {
      const {url} = await start();
      expect(await ask(url + path)).toMatchObject({
        status: 404,
        headers: {'content-type': 'text/plain; charset=utf-8'},
        body: 'not found; / names what there is\n',
      });
    },
  );

  test('a path that can not be decoded', async () => {
    const {url} = await start();
    expect(await ask(`${url}/%zz`)).toMatchObject({status: 400, body: 'the path is malformed\n'});
  });

  test('a body is never read: the answer comes at once and the connection closes', async () => {
    const {port} = await start();
    const announced = 'Host: a\r\nContent-Length: 1000000\r\nContent-Type: application/json\r\n\r\n{';
    expect(await sendRaw(port, `GET /prometheus HTTP/1.1\r\n${announced}`)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await sendRaw(port, `POST /prometheus HTTP/1.1\r\n${announced}`)).toMatch(/^HTTP\/1\.1 405 /);
    expect(await sendRaw(port, `POST /nothing HTTP/1.1\r\n${announced}`)).toMatch(/^HTTP\/1\.1 404 /);
    const chunked = 'Host: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n';
    expect(await sendRaw(port, `GET / HTTP/1.1\r\n${chunked}`)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a client that waits for leave to send a body gets the answer in its place', async () => {
    const {port} = await start();
    const expecting = 'Host: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n';
    expect(await sendRaw(port, `POST /prometheus HTTP/1.1\r\n${expecting}`)).toMatch(/^HTTP\/1\.1 405 /);
  });

  test('an address in absolute form is its path', async () => {
    const {port} = await start();
    const answerTo = (line: string) =>
      sendRaw(port, `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(await answerTo('GET http://a.example:80/prometheus')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answerTo('GET HTTPS://a.example?b=/c')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answerTo('POST http://a.example/prometheus')).toMatch(
      /^HTTP\/1\.1 405 .*\n\/prometheus takes GET and HEAD only\n$/s,
    );
    expect(await answerTo('GET http://a.example/api/v1/nothing')).toMatch(
      /^HTTP\/1\.1 404 .*\n\{"error":"[^"]+"\}$/s,
    );
    expect(await answerTo('OPTIONS *')).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('a failure inside is logged in one line and tells the client nothing', async () => {
    const errors: string[] = [];
    const {url} = await start({
      document: () => {
        throw new Error('the disk is gone');
      },
      ownMetrics: {contentType: 'text/plain', render: () => Promise.reject(new Error('no metrics'))},
      log: {warn: () => {}, error: (message) => errors.push(message)},
    });
    const internal = {status: 500, body: 'internal error; the log says more\n'};
    expect(await ask(`${url}/prometheus?a=b`)).toMatchObject(internal);
    expect(await ask(`${url}/metrics`)).toMatchObject(internal);
    expect(errors).toEqual([
      'GET /prometheus?a=b failed: the disk is gone',
      'GET /metrics failed: no metrics',
    ]);
  });
});
