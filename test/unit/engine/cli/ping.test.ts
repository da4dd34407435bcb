import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {pingArgs, pingEchoes, readPing} from '../../../../src/engine/cli/ping.ts';
import {standIn} from '../../../fixtures/stand-in.ts';

const never = new AbortController().signal;

/** As iputils 20221126 and busybox 1.35 print it. */
const iputils = (figures: string): string =>
  `PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n\n--- 192.0.2.1 ping statistics ---\n${figures}\n`;
const busybox = (figures: string): string =>
  `PING 192.0.2.1 (192.0.2.1): 56 data bytes\n\n--- 192.0.2.1 ping statistics ---\n${figures}\n`;

const output = (stdout: string, exitCode = 0, stderr = '') => ({stdout, exitCode, stderr});
const read = (...printed: Parameters<typeof output>) => readPing('ping', 50, output(...printed));

it('is asked for numbers alone, as often as everybody may', () => {
  expect(pingArgs({address: '192.0.2.1', count: 50})).toEqual('-n -q -c 50 -i 0.2 -W 2 192.0.2.1'.split(' '));
  expect(pingArgs({address: '2001:db8::1', count: 1, sourceAddress: '2001:db8::2'}).join(' ')).toBe(
    '-n -q -c 1 -i 0.2 -W 2 -I 2001:db8::2 2001:db8::1',
  );
});

describe('its statistics', () => {
  const rtt = 'rtt min/avg/max/mdev = 0.048/0.051/0.058/0.004 ms, pipe 2';
  it.each([
    [iputils(`50 packets transmitted, 50 received, 0% packet loss, time 9800ms\n${rtt}`), 50],
    [iputils('50 packets transmitted, 49 received, 2% packet loss, time 9800ms'), 49],
    [iputils('50 packets transmitted, 49 received, +3 duplicates, 2% packet loss, time 9800ms'), 49],
    [iputils('50 packets transmitted, 0 received, +50 errors, 100% packet loss, time 9800ms'), 0],
    [
      iputils('50 packets transmitted, 47 received, +1 duplicates, +2 errors, 6% packet loss, time 9800ms'),
      47,
    ],
    [
      busybox(
        '50 packets transmitted, 50 packets received, 0% packet loss\nround-trip min/avg/max = 1/2/3 ms',
      ),
      50,
    ],
    [busybox('50 packets transmitted, 49 packets received, 3 duplicates, 2% packet loss'), 49],
    [busybox('50 packets transmitted, 0 packets received, 100% packet loss'), 0],
  ])('%j', (stdout, received) => {
    expect(read(stdout, received === 0 ? 1 : 0)).toEqual({sent: 50, received});
  });

  const good = '50 packets transmitted, 49 received, 2% packet loss, time 9800ms';
  it.each([
    ['nothing', ''],
    ['no figures', iputils('')],
    ['some of them', iputils('50 packets transmitted, 49 rec')],
    ['two lines of them', iputils(`${good}\n${good}`)],
    ['those of another count', iputils(good.replace('50 packets', '49 packets'))],
    ['more than was sent', iputils(good.replace('49 received', '51 received'))],
    ['a negative number', iputils(good.replace('49 received', '-1 received'))],
    ['something else besides', iputils(`${good}, and more`)],
  ])('are none where they are %s', (_, stdout) => {
    expect(() => read(stdout)).toThrow(
      expect.objectContaining({failureClass: 'bad-output', message: expect.stringMatching(/^ping: [^\n]+$/)}),
    );
  });

  it('are never other than believable, whatever is printed', () => {
    const text = fc.string({
      unit: fc.constantFrom('0', '1', '50', ' packets', ' received', ', ', '%', '\n', '+', '-'),
    });
    fc.assert(
      fc.property(text, fc.nat(3), (stdout, exitCode) => {
        let echoes: ReturnType<typeof read> | undefined;
        try {
          echoes = read(stdout, exitCode);
        } catch (error) {
          expect(error).toHaveProperty('failureClass');
        }
        if (echoes !== undefined) expect(echoes).toMatchObject({sent: 50});
      }),
    );
  });
});

it.each([
  // iputils and busybox without the right to a raw socket.
  [
    2,
    'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\nping: => missing cap_net_raw+p capability or setuid?',
  ],
  [1, 'ping: permission denied (are you root?)'],
  [2, 'ping: bind: Cannot assign requested address'],
  [2, "ping: invalid argument: '0.2'"],
])('tells what is said by a program that ends with %i and %j', (exitCode, stderr) => {
  const [last = ''] = stderr.split('\n').slice(-1);
  expect(() => read('', exitCode, stderr)).toThrow(`ping (exit code ${exitCode}): ${last}`);
});

it('takes what this machine does not send for no loss of the line', () => {
  const refused = 'ping: sendmsg: Operation not permitted\nping: sendmsg: Operation not permitted\n';
  const stdout = iputils('50 packets transmitted, 48 received, 4% packet loss, time 9800ms');
  expect(() => read(stdout, 0, refused)).toThrow(/sendmsg: Operation not permitted$/);
});

it('runs the program, and ends it when it is told to', async () => {
  const address = '192.0.2.1';
  const args = pingArgs({address, count: 2});
  const stdout = iputils('2 packets transmitted, 1 received, 50% packet loss, time 200ms');
  const {path: program} = standIn({args, stdout});
  expect(await pingEchoes({program, address, count: 2}, never)).toEqual({sent: 2, received: 1});

  const hanging = standIn({ending: 'hang'});
  const stop = new AbortController();
  const pinging = pingEchoes({program: hanging.path, address, count: 2}, stop.signal);
  const ended = expect(pinging).rejects.toMatchObject({failureClass: 'interrupted'});
  await hanging.started();
  stop.abort();
  await ended;
});
