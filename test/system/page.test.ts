import {readdirSync, readFileSync} from 'node:fs';
import {createServer, get} from 'node:http';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import type {Browser, BrowserContextOptions, Page} from 'playwright-core';
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest';
import {openLastingJournal} from '../../src/journal/lasting-journal.ts';
import {stopServer} from '../contract/http-server.ts';
import {completed, failed} from '../fixtures/results.ts';
import {sampleBridge} from '../fixtures/sample-bridge.ts';
import {type StandIn, startStandIn} from '../fixtures/stand-in-api.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {startChromium} from '../peers/chromium.ts';
import {listenOnFreePort} from '../peers/port.ts';
import {startBridge} from './bridge.ts';

const builtPage = fileURLToPath(new URL('../../dist/server/ui/', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

/** A page of a browser that has seen nothing yet, with what went wrong in it and what it asked others for. */
const openPage = async (url: string, options: BrowserContextOptions = {}) => {
  const context = await browser.newContext({locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options});
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) elsewhere.push(request.url());
  });
  await page.goto(url);
  return {page, errors, elsewhere};
};

const standIn = async (data: () => StandIn) => {
  const running = await startStandIn(builtPage, data);
  onTestFinished(() => running.close());
  return running;
};

const nowMs = Date.now();
const sample = sampleBridge(nowMs);

const card = (page: Page, job: string) =>
  page.getByRole('article').filter({has: page.getByRole('heading', {name: job, exact: true})});
const chart = (page: Page, title: string) => page.getByRole('img', {name: new RegExp(`^${title} from`)});

/** What axe-core finds: each rule with the elements that break it. Run from outside, as the page's policy forbids it. */
const violations = async (page: Page): Promise<unknown> => {
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run().then(({violations}) => violations.map(({id, nodes}) => [id, nodes.map(({html}) => html.slice(0, 200))]))`,
  );
};

test('the page is small', () => {
  const assets = join(builtPage, 'assets');
  const sizes = readdirSync(assets).map(
    (name) => gzipSync(readFileSync(join(assets, name)), {level: 9}).length,
  );
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(60_000);
});

test('the page shows jobs, charts, results and destinations, and asks nobody else', async () => {
  const {url} = await standIn(() => sample);
  const {page, errors, elsewhere} = await openPage(`${url}/#range=week`);
  await chart(page, 'Packet loss').waitFor();

  expect((await page.getByRole('banner').innerText()).split(/\s*\n\s*/)).toEqual([
    'speedtest-bridge',
    '1 destination failing',
    '1 failed',
    '1 unhealthy',
    '1 healthy',
    'Dark',
  ]);
  expect(await card(page, 'fibre').innerText()).toMatch(
    /Healthy[\s\S]*\d+ min ago[\s\S]*Mbit\/s[\s\S]*Next run in/,
  );
  expect(await card(page, 'cable-backup').innerText()).toContain('Download below 260 Mbit/s');
  expect(await card(page, 'cabin-lte').innerText()).toMatch(
    /No network: cloudflare: connect ENETUNREACH[\s\S]*Last measured \d+ min ago[\s\S]*Mbit\/s/,
  );
  expect(await card(page, 'pushgateway.example:9091').innerText()).toMatch(
    /Failing[\s\S]*3 results[\s\S]*ECONNREFUSED/,
  );
  expect(await page.getByText('metrics_path: /prometheus').innerText()).toContain(new URL(url).host);

  await page.getByLabel('Status').selectOption('failed');
  const rows = page.getByRole('region', {name: 'Table of results'}).getByRole('row');
  await rows.getByText('The test took too long').first().waitFor();
  await page.getByLabel('Status').selectOption('');
  await page.getByRole('button', {name: 'Older'}).click();
  await page.getByRole('button', {name: 'Newer', disabled: false}).click();

  expect({errors, elsewhere}).toEqual({errors: [], elsewhere: []});
});

test('the range is chosen by buttons and by times, is in the address, and comes back from it', async () => {
  const {url} = await standIn(() => sample);
  const {page, errors} = await openPage(url);
  await page.getByRole('button', {name: 'Day', pressed: true}).waitFor();
  await page.getByRole('button', {name: 'Month'}).click();
  await page.waitForURL(/#range=month$/);
  await page.getByRole('button', {name: 'Other'}).click();
  await page.getByRole('textbox', {name: 'From'}).fill('2020-01-01T00:00');
  await page.getByRole('textbox', {name: 'To'}).fill('2020-01-02T12:30');
  await page.getByRole('button', {name: 'Show', exact: true}).click();
  await page.waitForURL(/#from=2019-12-31T23:00:00Z&to=2020-01-02T11:30:00Z$/);
  await page.getByText('Nothing was tested in this range.').waitFor();

  const {page: shared} = await openPage(`${url}/#range=week&job=cabin-lte`);
  await shared.getByRole('button', {name: 'Week', pressed: true}).waitFor();
  expect(
    await shared.getByRole('button', {name: 'cabin-lte', exact: true}).getAttribute('aria-pressed'),
  ).toBe('true');
  expect(errors).toEqual([]);
});

test('dark and light follow the system until one is chosen, which is remembered', async () => {
  const {url} = await standIn(() => sample);
  const {page} = await openPage(url, {colorScheme: 'dark'});
  const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
  await page.getByRole('button', {name: 'Use the light theme'}).waitFor();
  const dark = await background();
  await page.emulateMedia({colorScheme: 'light'});
  await page.getByRole('button', {name: 'Use the dark theme'}).waitFor();
  const light = await background();
  expect(light).not.toBe(dark);
  await page.getByRole('button', {name: 'Use the dark theme'}).click();
  await page.reload();
  await page.getByRole('button', {name: 'Use the light theme'}).waitFor();
  expect(await background()).toBe(dark);
});

test('axe-core finds nothing, and nothing sticks out, in both themes and at both widths', async () => {
  const {url, send} = await standIn(() => sample);
  const {page} = await openPage(url);
  await chart(page, 'Packet loss').waitFor();
  await page.getByText('Jitter as a table').click();
  send({kind: 'started', job: 'fibre', atMs: nowMs});
  await page.getByRole('heading', {name: 'Testing fibre'}).waitFor();
  for (const [colorScheme, other] of [
    ['dark', 'light'],
    ['light', 'dark'],
  ] as const) {
    await page.emulateMedia({colorScheme});
    await page.getByRole('button', {name: `Use the ${other} theme`}).waitFor();
    for (const width of [360, 1280]) {
      await page.setViewportSize({width, height: 800});
      expect(await violations(page), `${colorScheme}, ${width} px`).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  }
});

test('the page works under a path of a reverse proxy', async () => {
  const {url} = await standIn(() => sample);
  const proxy = createServer((request, response) => {
    const path = request.url?.replace(/^\/line\//, '/') ?? '/';
    get(`${url}${path}`, {headers: request.headers}, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
  });
  const port = await listenOnFreePort(proxy);
  onTestFinished(() => stopServer(proxy));
  const {page, errors, elsewhere} = await openPage(`http://127.0.0.1:${port}/line/`);
  await chart(page, 'Speed').waitFor();
  await page.getByText('metrics_path: /line/prometheus').waitFor();
  expect({errors, elsewhere}).toEqual({errors: [], elsewhere: []});
});

test('the keyboard skips to the results and chooses a range', async () => {
  const {url} = await standIn(() => sample);
  const {page} = await openPage(url);
  await card(page, 'fibre').waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('button', {name: 'Skip to the results'}).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('main:focus').waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('button', {name: 'fibre', exact: true}).and(page.locator(':focus')).waitFor();
  await page.getByRole('button', {name: 'Week'}).press('Space');
  await page.waitForURL(/#range=week/);
});

test('before the first test it says what comes', async () => {
  const jobs = sample.jobs.jobs.map(({newest, newestCompleted, ...job}) => job);
  const {url} = await standIn(() => ({
    ...sample,
    jobs: {...sample.jobs, jobs},
    results: [],
    destinations: [],
  }));
  const {page, errors} = await openPage(url);
  expect(await card(page, 'fibre').innerText()).toMatch(
    /No result yet[\s\S]*Nothing measured yet\.[\s\S]*Next run in/,
  );
  await page.getByText('Nothing was tested in this range.').waitFor();
  await page.getByText('No such results in this range.').waitFor();
  await page.getByText('Results are not sent anywhere').waitFor();
  expect(errors).toEqual([]);
});

test('an API that fails is told, and asked again on demand', async () => {
  const {url} = await standIn(() => sample);
  const {page} = await openPage(url);
  await card(page, 'fibre').waitFor();
  await page.route('**/api/v1/jobs', (route) =>
    route.fulfill({status: 500, json: {error: 'answered 500 for the test'}}),
  );
  await page.reload();
  await page.getByText('answered 500 for the test').waitFor();
  await page.unroute('**/api/v1/jobs');
  await page.getByRole('button', {name: 'Try again'}).click();
  await card(page, 'fibre').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a bridge that goes away is missed at once, and seen when it is back', async () => {
  const {url, fail} = await standIn(() => sample);
  const {page} = await openPage(url);
  await card(page, 'fibre').waitFor();
  fail(503);
  await page.getByRole('alert').getByText('answered 503 for the test').first().waitFor();
  fail(undefined);
  await expect.poll(() => page.getByRole('alert').count(), {timeout: 20_000}).toBe(0);
});

test('names of any length fit', async () => {
  const name = `line-${'über-die-Straße-日本-'.repeat(8)}`;
  const renamed = <T extends {job: string}>(result: T): T => ({...result, job: name});
  const {url} = await standIn(() => ({
    jobs: {...sample.jobs, jobs: sample.jobs.jobs.map((job, index) => (index === 0 ? {...job, name} : job))},
    results: sample.results.map((result) => (result.job === 'fibre' ? renamed(result) : result)),
    destinations: sample.destinations.map((destination) => ({...destination, name: name + destination.kind})),
  }));
  const {page} = await openPage(url, {viewport: {width: 360, height: 800}});
  await chart(page, 'Packet loss').waitFor();
  await page.getByRole('region', {name: 'Table of results'}).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  await page.setViewportSize({width: 1440, height: 800});
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1440);
  const table = page.getByRole('region', {name: 'Table of results'});
  expect(await table.evaluate(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)).toBe(0);
});

/** A bridge that tests this machine against itself when asked, with a past of three results. */
const bridgeWithPast = async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'journal.db');
  const journal = openLastingJournal({path, notices: {info: () => {}, error: () => {}}});
  const at = (hoursAgo: number) => {
    const endedAtMs = nowMs - hoursAgo * 3_600_000;
    return {startedAtMs: endedAtMs - 20_000, endedAtMs};
  };
  journal?.append(completed(at(3)));
  journal?.append(failed(at(2)));
  journal?.append(completed(at(1)));
  await journal?.close();
  return startBridge(
    folder,
    {
      jobs: [{name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded'], thresholds: {download: '1kbps'}}],
      engines: {embedded: {duration: '2s'}},
      storage: {path},
    },
    {start_tests: true, trusted_proxies: ['127.0.0.1']},
  );
};

test('a real bridge shows its past, and a test of the embedded engine live', async () => {
  const {url} = await bridgeWithPast();
  const {page, errors, elsewhere} = await openPage(url);
  expect(await card(page, 'wan').innerText()).toMatch(/\d+ min ago/);
  await page.getByRole('cell', {name: 'The test took too long: no result within 120 s'}).waitFor();
  expect(await chart(page, 'Speed').getAttribute('aria-label')).toContain('Download: 941 Mbit/s on average');

  await page.getByRole('button', {name: 'Test now: wan'}).click();
  const live = page.getByRole('region', {name: 'Testing wan'});
  // What was measured stays until the test ends, so that a slow browser misses none of it.
  await expect
    .poll(() => live.innerText(), {timeout: 30_000})
    .toMatch(/Ping\s+[\d.]+ ms\s+Download\s+[\d.]+ \wbit\/s/);
  await expect.poll(() => live.innerText(), {timeout: 30_000}).toMatch(/Upload\s+[\d.]+ \wbit\/s/);
  await live.waitFor({state: 'hidden'});
  await card(page, 'wan').getByText('Healthy').waitFor();
  await page.getByRole('status').getByText('Test of wan ended: Healthy').waitFor({state: 'attached'});
  expect({errors, elsewhere}).toEqual({errors: [], elsewhere: []});
});

test('a browser at an address that is not allowed gets 403 and no page', async () => {
  const {url} = await bridgeWithPast();
  const context = await browser.newContext({extraHTTPHeaders: {'x-forwarded-for': '203.0.113.9'}});
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const response = await page.goto(url);
  expect(response?.status()).toBe(403);
  expect(await page.innerText('body')).toMatch(/^forbidden: .*203\.0\.113\.9/);
  expect((await page.goto(`${url}/api/v1/jobs`))?.status()).toBe(403);
});
