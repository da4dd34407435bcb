import {describe, expect, it} from 'vitest';
import {ask, type RunningReflector, start} from './running.ts';

/*
 * The requests of LibreSpeed's browser client (speedtest.js and speedtest_worker.js of version 5), one after the other as
 * it sends them, and what it makes of the answers: https://github.com/librespeed/speedtest. A page of another origin
 * (`mpot`, several points of test) adds `cors=true`, and its browser asks before each upload whether it may: the client
 * sets Content-Encoding and listens to the upload's progress.
 */
const origin = {Origin: 'https://page.example'};
const chunk = 1024 * 1024;

const places = [
  {what: 'in LibreSpeed’s own layout', server: 'backend/', suffix: '.php', token: undefined},
  {what: 'in the plain layout', server: '', suffix: '', token: undefined},
  {
    what: 'with a token in the path',
    server: 'token=0123456789abcdef/',
    suffix: '',
    token: '0123456789abcdef',
  },
] as const;

describe.each(places)('a page of another origin, $what', ({server, suffix, token}) => {
  const open = (): Promise<RunningReflector> => start(token === undefined ? {} : {token: () => token});

  /** Sends a request as the client does, and sees to it that the browser would show it the answer. */
  const send = async (url: string, path: string, options: Parameters<typeof ask>[1] = {}) => {
    const answer = await ask(`${url}${server}${path}`, {
      ...options,
      headers: {...origin, ...options.headers},
    });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['cache-control']).toContain('no-store');
    return answer;
  };

  it('finds the server by three pings', async () => {
    const {url} = await open();
    for (let ping = 0; ping < 3; ping += 1) {
      const {status, body} = await send(url, `empty${suffix}?cors=true`);
      expect([status, body.length]).toEqual([200, 0]);
    }
  });

  it('reads who it is', async () => {
    const {url} = await open();
    const {status, body} = await send(url, `getIP${suffix}?cors=true&isp=true&distance=km&r=0.5`);
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toEqual({
      processedString: '127.0.0.1 - localhost IPv4 access',
      rawIspInfo: '',
    });
  });

  it('downloads', async () => {
    const {url} = await open();
    const {status, headers, body} = await send(url, `garbage${suffix}?cors=true&r=0.123&ckSize=3`);
    expect([status, headers['content-type'], body.length]).toEqual([
      200,
      'application/octet-stream',
      3 * chunk,
    ]);
    expect(headers['content-encoding']).toBeUndefined();
  });

  it('uploads, having been let to', async () => {
    const {url} = await open();
    const path = `empty${suffix}?cors=true&r=0.99`;
    const preflight = await send(url, path, {
      method: 'OPTIONS',
      headers: {
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-encoding',
      },
    });
    expect(Math.floor(preflight.status / 100)).toBe(2);
    expect(preflight.headers['access-control-allow-methods']).toContain('POST');
    expect(preflight.headers['access-control-allow-headers']?.toLowerCase()).toContain('content-encoding');
    const headers = {'Content-Encoding': 'identity'};
    const {status, body} = await send(url, path, {method: 'POST', headers, body: Buffer.alloc(20 * chunk)});
    expect([status, body.length]).toEqual([200, 0]);
    // What it sends before the first upload: no body, and no wish to read the answer.
    const first = await ask(`${url}${server}empty${suffix}`, {
      method: 'POST',
      headers: {...origin, 'Content-Length': '0'},
    });
    expect([first.status, first.body.length]).toEqual([200, 0]);
  });

  it('is told in words when it is turned away', async () => {
    const {url} = await start({token: () => 'another one than this'});
    const {status, body} = await send(url, `empty${suffix}?cors=true`);
    expect([status, body.toString()]).toEqual([401, expect.stringContaining('token')]);
  });
});

it('serves a page of its own origin, whose requests have no cors', async () => {
  const {url} = await start();
  const {headers, body} = await ask(`${url}garbage.php?r=0.3&ckSize=1`);
  expect(body.length).toBe(chunk);
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

it('takes a token in the query, as a part of each path in a server list', async () => {
  const {url} = await start({token: () => '0123456789abcdef'});
  // The client joins with & what already has a query.
  const {body} = await ask(`${url}garbage?token=0123456789abcdef&cors=true&r=0.1&ckSize=1`);
  expect(body.length).toBe(chunk);
});
