import fc from 'fast-check';
import {expect, it} from 'vitest';
import {askIsp, parseIsp} from '../../../../src/engine/librespeed/isp.ts';
import {answering, ok, startRawServer} from '../native/raw-server.ts';

const never = new AbortController().signal;
const settings = {userAgent: 'test/1', timeoutMs: 5000};
const info = (rawIspInfo: unknown): string => JSON.stringify({processedString: 'x', rawIspInfo});

it.each([
  [info({org: 'AS3320 Deutsche Telekom AG'}), 'Deutsche Telekom AG'],
  [info({org: 'Deutsche Telekom AG'}), 'Deutsche Telekom AG'],
  [info({org: 'AS3320 '}), undefined],
  [info({org: 5}), undefined],
  [info({}), undefined],
  [info(''), undefined],
  [info(null), undefined],
  ['{}', undefined],
  ['null', undefined],
  ['203.0.113.9 - Some ISP', undefined],
  ['', undefined],
])('of %j is %s', (text, isp) => {
  expect(parseIsp(text)).toBe(isp);
});

it('is a name or nothing, for any answer', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map(info)), (text) => {
      expect(parseIsp(text)).not.toBe('');
    }),
  );
});

it('is asked for, and done without when the server does not answer as it should', async () => {
  let request = '';
  const {url} = await startRawServer((socket) => {
    socket.on('data', (bytes) => {
      request += bytes.toString();
      socket.write(ok(info({org: 'AS1 Provider'})));
    });
  });
  expect(await askIsp(new URL('getIP', url), settings, never)).toBe('Provider');
  expect(request).toMatch(/^GET \/getIP\?isp=true HTTP/);
  for (const answer of ['HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n', 'nonsense\r\n', '']) {
    const server = await startRawServer(answering(answer));
    expect(await askIsp(server.url, {...settings, timeoutMs: 100}, never)).toBeUndefined();
  }
});

it('stops with its signal', async () => {
  const {url} = await startRawServer(() => undefined);
  const stop = new AbortController();
  const asking = askIsp(url, settings, stop.signal);
  stop.abort();
  await expect(asking).rejects.toMatchObject({failureClass: 'interrupted'});
});
