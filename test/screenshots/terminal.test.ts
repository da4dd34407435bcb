import {stat} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {createNetwork, networkHindrance} from '../accuracy/network.ts';
import {startReflector} from '../accuracy/programs.ts';
import {startChromium} from '../peers/chromium.ts';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const picture = fileURLToPath(new URL('../../docs/terminal.png', import.meta.url));
const largestBytes = 200_000;
const columns = 88;
const eraseLine = '\r\u001b[2K';
const hindrance = await networkHindrance();

/** What a terminal gets from a test over a line of 250 Mbit/s, whose router queues for 40 ms. `script` is of util-linux. */
const recordTest = async (): Promise<{readonly typed: string; readonly written: string}> => {
  const network = await createNetwork();
  try {
    await network.shape({bitsPerSecond: 250e6, queueMs: 40});
    const args = `test --engine librespeed --server ${await startReflector(network)}`;
    const command = `stty cols ${columns} && ${process.execPath} ${entry} ${args}`;
    const {stdout} = await network.run('client', ['script', '--quiet', '--command', command, '/dev/null']);
    return {typed: `speedtest-bridge ${args}`, written: stdout};
  } finally {
    await network.close();
  }
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const html = (
  typed: string,
  screens: readonly string[],
): string => `<!doctype html><meta charset="utf-8"><style>
  body {margin: 0; width: max-content; background: #fff}
  pre {margin: 0 0 12px; padding: 14px 18px; width: ${columns}ch; border-radius: 8px; background: #17191c; color: #e6e6e6;
    font: 15px/1.4 'DejaVu Sans Mono', monospace}
  pre:last-child {margin: 0}
  b {color: #7fd1a5; font-weight: normal}
</style>${screens.map((screen) => `<pre><b>$</b> ${escaped(typed)}\n${escaped(screen)}</pre>`).join('')}`;

test.skipIf(hindrance !== undefined)('terminal', async () => {
  const {typed, written} = await recordTest();
  const screens = written.replaceAll('\r\n', '\n').split(eraseLine);
  const underWay = screens.filter((screen) => screen.startsWith('download'));
  const result = screens.at(-1) ?? '';
  expect(result).toContain('Packet loss');

  const browser = await startChromium();
  try {
    const page = await browser.newPage({deviceScaleFactor: 1.5});
    await page.setContent(
      html(typed, [underWay.at(Math.floor(underWay.length * 0.7)) ?? '', result.trimEnd()]),
    );
    await page.locator('body').screenshot({path: picture});
  } finally {
    await browser.close();
  }
  expect((await stat(picture)).size).toBeLessThan(largestBytes);
});
