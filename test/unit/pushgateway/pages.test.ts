import {expect, it, onTestFinished, vi} from 'vitest';
import {createHttpClient} from '../../../src/delivery/http/client.ts';
import type {Forwarded} from '../../../src/forwarding/forwarding.ts';
import {startPageForwarding} from '../../../src/forwarding/page-forwarding.ts';
import type {Labels} from '../../../src/metrics/sample.ts';
import {pushgatewayPages} from '../../../src/pushgateway/pages.ts';
import type {Block} from '../../../src/scrape/block.ts';
import {createLayout} from '../../../src/scrape/layout.ts';
import {startReceiver} from '../../peers/receiver.ts';
import {blockOf, gauge, staleBlockOf} from '../forwarding/blocks.ts';

const forwarding = async () => {
  const receiver = await startReceiver({kind: 'accept', status: 200});
  const events: Forwarded[] = [];
  const url = new URL(`${receiver.url}/base/`);
  const client = createHttpClient({url, timeoutMs: 20_000, headers: {}});
  const pages = startPageForwarding({
    sink: pushgatewayPages({name: 'gateway', url}, client, '1.2.3'),
    queue: {minBackoffMs: 1, maxBackoffMs: 5},
    onForwarded: (event) => events.push(event),
    onError: (_, error) => expect.unreachable(String(error)),
  });
  onTestFinished(async () => {
    await pages.stop();
    await receiver.stop();
  });
  const eventually = (check: () => void) => vi.waitFor(check, {timeout: 9000});
  const requests = () => receiver.requests.map(({method, path}) => `${method} ${path}`);
  return {receiver, events, offer: pages.offer, eventually, requests};
};

const target: Labels = [
  ['instance', 'home:9100'],
  ['job', 'node'],
];

it('puts what a target has now in the place of what it had, and deletes what it has no more', async () => {
  const {receiver, offer, eventually, requests, events} = await forwarding();
  offer(target, [blockOf('a', 1, 1000, 5), staleBlockOf('gone', 2, 1000), blockOf('up', 1, 1000, 1)]);
  await eventually(() => expect(events).toHaveLength(1));
  offer(target, [staleBlockOf('a', 1, 2000), staleBlockOf('up', 1, 2000)]);
  await eventually(() => expect(events).toHaveLength(2));
  const group = '/base/metrics/job/node/instance/home%3A9100';
  expect(requests()).toEqual([`PUT ${group}`, `DELETE ${group}`]);
  expect(receiver.requests[0]?.body.toString()).toBe(
    '# HELP a Help of a.\n# TYPE a gauge\na{instance="home:9100",job="node",place="0"} 5\n' +
      '# HELP up Help of up.\n# TYPE up gauge\nup{instance="home:9100",job="node",place="0"} 1\n',
  );
  expect(events.map(({outcome, samples}) => `${outcome.kind} ${samples}`)).toEqual([
    'accepted 2',
    'accepted 0',
  ]);
});

it('asks once for the end of a group where that is refused', async () => {
  const {receiver, offer, eventually, requests, events} = await forwarding();
  receiver.behave({kind: 'status', reply: {status: 405}});
  const group = (job: string) => `/base/metrics/job/${job}`;
  const pageOf = (job: string): Block => ({
    layout: createLayout([
      {
        labels: [
          ['__name__', 'a'],
          ['job', job],
        ],
        family: gauge('a'),
      },
    ]),
    timeMs: 1000,
    values: Float64Array.of(1),
  });
  for (const [index, job] of ['x', 'y', 'z'].entries()) {
    offer(target, [pageOf(job)]);
    await eventually(() => expect(events).toHaveLength(1 + 2 * index));
  }
  expect(requests().toSorted()).toEqual([
    `DELETE ${group('x')}`,
    `DELETE ${group('y')}`,
    ...['x', 'y', 'z'].map((job) => `PUT ${group(job)}`),
  ]);
});

it('gives each group its own where a target speaks for others', async () => {
  const {offer, eventually, requests, events} = await forwarding();
  const series = (job?: string) => ({
    labels: [['__name__', 'a'] as const, ...(job === undefined ? [] : [['job', job] as const])],
    family: gauge('a'),
  });
  const block: Block = {
    layout: createLayout([series('x'), series('y/z'), series()]),
    timeMs: 1000,
    values: Float64Array.of(1, 2, 3),
  };
  offer(target, [block]);
  await eventually(() => expect(events).toHaveLength(3));
  expect(requests()).toEqual(['PUT /base/metrics/job/x', 'PUT /base/metrics/job@base64/eS96']);
  expect(events[2]?.outcome).toMatchObject({
    kind: 'rejected',
    cause: expect.stringContaining('no label job'),
  });
});

it('tries again, with what is newest by then', async () => {
  const {receiver, offer, eventually, events} = await forwarding();
  receiver.behave({kind: 'status', reply: {status: 503}});
  offer(target, [blockOf('a', 1, 1000, 5)]);
  await eventually(() => expect(events.length).toBeGreaterThan(1));
  receiver.behave({kind: 'accept', status: 200});
  offer(target, [blockOf('a', 1, 2000, 6)]);
  await eventually(() => expect(receiver.requests.at(-1)?.body.toString()).toContain('} 6\n'));
  await eventually(() => expect(events.at(-1)?.outcome.kind).toBe('accepted'));
  receiver.behave({kind: 'status', reply: {status: 400, body: 'inconsistent'}});
  offer(target, [blockOf('a', 1, 3000, 7)]);
  await eventually(() => expect(events.at(-1)?.outcome).toMatchObject({kind: 'rejected', status: 400}));
});

const groupBlock = (jobs: readonly string[], timeMs: number): Block => ({
  layout: createLayout(
    jobs.map((job) => ({
      labels: [
        ['__name__', 'a'],
        ['job', job],
      ],
      family: gauge('a'),
    })),
  ),
  timeMs,
  values: new Float64Array(jobs.length),
});

it('deletes what it has shown of a target and the target has no more, also when it was away as that ended', async () => {
  const {receiver, offer, eventually, requests, events} = await forwarding();
  offer(target, [groupBlock(['x', 'y', 'z'], 1000)]);
  const other: Labels = [...target, ['zone', 'b']];
  offer(other, [groupBlock(['other'], 1000)]);
  await eventually(() => expect(events).toHaveLength(4));
  receiver.behave({kind: 'status', reply: {status: 503}});
  offer(target, [groupBlock(['x', 'z'], 2000), staleBlockOf('a', 1, 2000)]);
  await eventually(() => expect(events.at(-1)?.outcome.kind).toBe('retry'));
  offer(target, [groupBlock(['x'], 3000)]);
  // Behind all attempts to show what is before it.
  const tried = events.length;
  await eventually(() => expect(events.length).toBeGreaterThan(tried + 2));
  const before = requests().length;
  receiver.behave({kind: 'accept', status: 200});
  await eventually(() =>
    expect(requests().slice(-2)).toEqual(['DELETE /base/metrics/job/y', 'DELETE /base/metrics/job/z']),
  );
  expect(requests().slice(before)).not.toContain('DELETE /base/metrics/job/other');
  await eventually(() => expect(events.at(-1)?.outcome.kind).toBe('accepted'));
  // What it has deleted it deletes no second time.
  const deleted = requests().length;
  offer(target, [groupBlock(['x'], 4000)]);
  await eventually(() => expect(requests().slice(deleted)).toEqual(['PUT /base/metrics/job/x']));
});

it('deletes a group whose showing had no answer', async () => {
  const {receiver, offer, eventually, requests, events} = await forwarding();
  // It may have been stored all the same.
  receiver.behave({kind: 'reset'});
  offer(target, [groupBlock(['x'], 1000)]);
  await eventually(() => expect(events.at(-1)?.outcome.kind).toBe('retry'));
  offer(target, [groupBlock(['y'], 2000)]);
  const tried = events.length;
  await eventually(() => expect(events.length).toBeGreaterThan(tried + 2));
  receiver.behave({kind: 'accept', status: 200});
  await eventually(() =>
    expect(requests().slice(-2)).toEqual(['DELETE /base/metrics/job/x', 'PUT /base/metrics/job/y']),
  );
});
