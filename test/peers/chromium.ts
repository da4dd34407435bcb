import {type Browser, chromium} from 'playwright-core';
import {provide} from './provide.ts';

/** Starts a headless Chromium. Whoever calls this closes it. */
export const startChromium = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await provide('chromium'),
    // In a container there is neither a user for its sandbox nor much shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
