import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {fastify} from 'fastify';
import {expect, onTestFinished, test} from 'vitest';
import {pageRoutes} from '../../../../src/server/routes/page.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';

const index = '<!doctype html><script type="module" src="./assets/index-1.js"></script>';
const script = 'export {};\n'.repeat(100);

/** Serves a page of one script. */
const serve = async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), index);
  writeFileSync(join(folder, 'assets', 'index-1.js'), script);
  const app = fastify();
  onTestFinished(() => app.close());
  for (const route of pageRoutes('/', folder))
    app.get(route.path, async (request, reply) => reply.send(await route.answer(reply, request)));
  return app;
};

test('the page is checked for each time, and lets nothing from elsewhere in', async () => {
  const app = await serve();
  const {headers, body} = await app.inject({path: '/'});
  expect(body).toBe(index);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; /),
  });
  const again = await app.inject({path: '/', headers: {'if-none-match': `W/${headers.etag}`}});
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('its parts are kept for good, and compressed for those who take that', async () => {
  const app = await serve();
  const plain = await app.inject({path: '/assets/index-1.js'});
  expect(plain.body).toBe(script);
  expect(plain.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  const zipped = await app.inject({path: '/assets/index-1.js', headers: {'accept-encoding': 'gzip'}});
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(zipped.rawPayload).toString()).toBe(script);
  expect(zipped.headers.etag).not.toBe(plain.headers.etag);
});

test('where no page is built there are no routes of it', () => {
  expect(pageRoutes('/', temporaryFolder())).toEqual([]);
  // Run from the sources, there are only the sources of the page.
  expect(pageRoutes('/')).toEqual([]);
});
