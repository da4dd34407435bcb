import {chmodSync} from 'node:fs';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {Progress} from '../../../../src/engine/engine.ts';
import {echoCount, measureIcmpLoss} from '../../../../src/engine/native/icmp-loss.ts';
import {startHttpServer} from '../../../contract/http-server.ts';
import {type Part, standIn} from '../../../fixtures/stand-in.ts';

const never = new AbortController().signal;
const count = 10;

const measure = async (program: string, settings = {}, signal = never) => {
  const {url, stop} = await startHttpServer(() => undefined);
  onTestFinished(stop);
  const warnings: string[] = [];
  const events: Progress[] = [];
  const percent = await measureIcmpLoss(
    url,
    {userAgent: 'test/1', timeoutMs: 5000, count, program, ...settings},
    {onProgress: (event) => events.push(event), onWarning: (warning) => warnings.push(warning)},
    signal,
  );
  return {percent, warnings, events};
};

const figures = (received: number): Part => ({
  stdout: `${count} packets transmitted, ${received} received, ${100 - 10 * received}% packet loss, time 1800ms\n`,
  exitCode: received === 0 ? 1 : 0,
});

it.each([
  [10, 0],
  [9, 10],
  [1, 90],
])('%i of 10 that come back are a loss of %i %%', async (received, percent) => {
  const measured = await measure(standIn(figures(received)).path);
  expect(measured).toEqual({
    percent,
    warnings: [],
    events: [
      {phase: 'packet-loss', sent: 0, received: 0, fraction: 0},
      {phase: 'packet-loss', sent: 10, received, fraction: 1},
    ],
  });
});

it('goes from the address that the job has to the address that the server has', async () => {
  const args = `-n -q -c ${count} -i 0.2 -W 2 -I 127.0.0.2 127.0.0.1`.split(' ');
  const {path} = standIn({...figures(10), args});
  expect(await measure(path, {sourceAddress: '127.0.0.2'})).toMatchObject({percent: 0, warnings: []});
});

describe('is absent, never 0 and no failure, and a warning says so', () => {
  it.each<[string, () => string, RegExp]>([
    ['where there is no ping', () => '/no/such/ping', /ICMP: \/no\/such\/ping: not found$/],
    [
      'where it may not be executed',
      () => {
        const {path} = standIn(figures(10));
        chmodSync(path, 0o644);
        return path;
      },
      /program: may not be executed$/,
    ],
    [
      'where it may not send',
      () => standIn({stderr: 'ping: permission denied (are you root?)\n', exitCode: 1}).path,
      /\(exit code 1\): ping: permission denied \(are you root\?\)$/,
    ],
    ['where it prints something else', () => standIn({stdout: '<html>'}).path, /printed no statistics of 10/],
    ['where it is killed', () => standIn({ending: 'be killed'}).path, /killed by SIGKILL$/],
    ['where no echo comes back', () => standIn(figures(0)).path, /127\.0\.0\.1 answers no echo request$/],
  ])('%s', async (_, program, words) => {
    const {percent, warnings} = await measure(program());
    expect(percent).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/^packet loss is not measured by ICMP: [^\n]+$/)]);
    expect(warnings[0]).toMatch(words);
  });
});

it('ends when it is told to', async () => {
  const program = standIn({ending: 'hang deaf'});
  const stop = new AbortController();
  const measuring = expect(measure(program.path, {}, stop.signal)).rejects.toMatchObject({
    failureClass: 'interrupted',
    message: expect.stringMatching(/SIGTERM$/),
  });
  await program.started();
  stop.abort(new Error('SIGTERM'));
  await measuring;
});

it.each([
  [10_000, 50],
  [60_000, 100],
  [1000, 5],
  [1, 1],
])('a test of %i ms each way sends %i requests', (durationMs, expected) => {
  expect(echoCount(durationMs)).toBe(expected);
});
