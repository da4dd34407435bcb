import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {readOoklaOutput} from '../../../../src/engine/cli/ookla-output.ts';
import {EngineError} from '../../../../src/engine/engine.ts';
import {recorded} from '../../../fixtures/ookla.ts';
import {ooklaFailures} from '../../../fixtures/ookla-failures.ts';

const read = (stdout: string, stderr = '', exitCode = 0) =>
  readOoklaOutput('speedtest', {exitCode, stdout, stderr});
const compact = `${JSON.stringify(recorded)}\n`;

describe('a result', () => {
  const socketError =
    '{"type":"log","timestamp":"2026-03-01T06:07:42Z","message":"Error: [0] Cannot read from socket (0 bytes read)","level":"error"}\n';

  it.each([
    ['alone', compact, ''],
    ['over several lines', JSON.stringify(recorded, undefined, 4), ''],
    ['after lines of its log', socketError + compact, ''],
    ['beside a log on standard error', compact, socketError.repeat(3)],
    ['after lines of text', `Starting.\n${compact}`, ''],
  ])('is found %s', (_, stdout, stderr) => {
    const {download, upload, server, packetLossPercent} = read(stdout, stderr);
    expect(download?.bytesPerSecond).toBe(117654321);
    expect(upload?.bytesPerSecond).toBe(5432109);
    expect(server.host).toBe('speed.example:8080');
    expect(packetLossPercent).toBe(0.5);
  });

  it('has no packet loss where none was measured', () => {
    const {packetLoss, ...rest} = recorded;
    expect(packetLoss).toBe(0.5);
    expect(read(JSON.stringify(rest))).not.toHaveProperty('packetLossPercent');
  });
});

describe('a failure', () => {
  it.each(ooklaFailures)(
    'is told by its words: $name',
    ({failureClass, says, exitCode, stdout = '', stderr = ''}) => {
      expect(() => read(stdout, stderr, exitCode)).toThrow(
        expect.objectContaining({failureClass, message: expect.stringMatching(says)}),
      );
    },
  );

  it('is not hidden by a result that was printed before it', () => {
    expect(() => read(compact, '{"error":"Cannot write"}', 2)).toThrow(
      expect.objectContaining({failureClass: 'connection', message: 'speedtest (exit code 2): Cannot write'}),
    );
  });
});

describe('output that is no result', () => {
  const {download, upload, ping} = recorded;
  it.each([
    ['nothing', '', 'printed nothing'],
    ['white space', ' \n', 'printed nothing'],
    ['null', 'null', 'printed JSON without a result'],
    ['another object', '{"type":"testStart"}', 'printed JSON without a result'],
    ['half a result', compact.slice(0, 300), 'printed something other than whole JSON'],
    [
      'half a result over several lines',
      JSON.stringify(recorded, undefined, 1).slice(0, 300),
      'printed something',
    ],
    ['no rate', JSON.stringify({...recorded, download: {bytes: 5}}), 'download.bandwidth: '],
    [
      'a rate of nothing',
      JSON.stringify({...recorded, upload: {...upload, bandwidth: 0}}),
      'upload rate of 0',
    ],
    [
      'a rate below nothing',
      JSON.stringify({...recorded, upload: {...upload, bandwidth: -1}}),
      'upload.bandwidth',
    ],
    ['an endless rate', compact.replace('117654321', '1e999'), 'download.bandwidth'],
    [
      'a rate that no line has',
      compact.replace('117654321', '1e15'),
      'download rate of 1000000000000000 can not be',
    ],
    [
      'a latency of an hour',
      JSON.stringify({...recorded, ping: {...ping, latency: 3_600_000}}),
      'latency of 3600000',
    ],
    [
      'a latency below nothing under load',
      JSON.stringify({...recorded, download: {...download, latency: {...download.latency, low: -4}}}),
      'download latency of -4 can not be',
    ],
  ])('is bad: %s', (_, stdout, problem) => {
    expect(() => read(stdout)).toThrow(
      expect.objectContaining({
        failureClass: 'bad-output',
        message: expect.stringContaining(`speedtest: ${problem}`),
      }),
    );
  });

  it('never is anything but a failure with a class, in one line', () => {
    const numbers = fc.oneof(fc.double(), fc.integer());
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.nat(compact.length - 2).map((length) => compact.slice(0, length)),
      fc
        .tuple(fc.constantFrom('117654321', '11.25', '54321095'), numbers)
        .map(([from, to]) => compact.replace(from, String(to))),
    );
    fc.assert(
      fc.property(text, text, fc.constantFrom(0, 1), (stdout, stderr, exitCode) => {
        try {
          const {download, ping} = read(stdout, stderr, exitCode);
          expect(download?.bytesPerSecond).toBeGreaterThan(0);
          expect(ping?.latencyMs).toBeGreaterThanOrEqual(0);
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          expect(error.message).not.toMatch(/[\r\n]/);
        }
      }),
    );
  });
});
