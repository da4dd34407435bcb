import {stat} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {sampleBridge} from '../fixtures/sample-bridge.ts';
import {type RunningStandIn, startStandIn} from '../fixtures/stand-in-api.ts';
import {startChromium} from '../peers/chromium.ts';

const builtPage = fileURLToPath(new URL('../../dist/server/ui/', import.meta.url));
const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
// The same picture at each run.
const nowMs = Date.UTC(2026, 10, 20, 18, 27);
const largestBytes = 200_000;

let browser: Browser;
let standIn: RunningStandIn;
beforeAll(async () => {
  browser = await startChromium();
  standIn = await startStandIn(builtPage, () => sampleBridge(nowMs));
});
afterAll(async () => {
  await browser?.close();
  await standIn?.close();
});

const pictures = [
  {name: 'page-light', colorScheme: 'light', width: 1280, height: 1000, scale: 1},
  {name: 'page-dark', colorScheme: 'dark', width: 1280, height: 1000, scale: 1},
  {name: 'page-narrow', colorScheme: 'light', width: 360, height: 780, scale: 2},
] as const;

test.each(pictures)('$name', async ({name, colorScheme, width, height, scale}) => {
  const context = await browser.newContext({
    colorScheme,
    viewport: {width, height},
    deviceScaleFactor: scale,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.clock.setFixedTime(nowMs);
  await page.goto(`${standIn.url}/#range=week`);
  await page.getByRole('img', {name: /^Packet loss/}).waitFor();
  const path = `${docs}${name}.png`;
  await page.screenshot({
    path,
    ...(process.env['WHOLE_PAGE'] !== undefined && {
      path: `${process.env['WHOLE_PAGE']}/${name}.png`,
      fullPage: true,
    }),
  });
  if (process.env['WHOLE_PAGE'] === undefined) expect((await stat(path)).size).toBeLessThan(largestBytes);
  await context.close();
});
