import {expect, test} from 'vitest';
import type {HttpAnswer} from '../../../src/delivery/http/message.ts';
import {createNegotiation} from '../../../src/remote-write/negotiation.ts';
import type {ProtobufMessage} from '../../../src/remote-write/protocol.ts';

const v1 = 'prometheus.WriteRequest';
const v2 = 'io.prometheus.write.v2.Request';
const minuteMs = 60_000;

const written = {'x-prometheus-remote-write-samples-written': '1'};
const response = (status: number, headers: Record<string, string> = {}): HttpAnswer => ({
  kind: 'response',
  status,
  headers,
  body: '',
});
const failed: HttpAnswer = {kind: 'failed', cause: 'connection refused'};

/** A negotiation with a receiver that answers so; `send` gives the messages that it took to send once, by version. */
const negotiationWith = (answers: Record<ProtobufMessage, HttpAnswer>, preferred: ProtobufMessage = v2) => {
  let nowMs = 0;
  const negotiate = createNegotiation(preferred, () => nowMs);
  return {
    answers,
    wait: (ms: number) => {
      nowMs += ms;
    },
    send: async () => {
      const sent: ProtobufMessage[] = [];
      const {protocol, answer} = await negotiate.exchange(async ({message}) => {
        sent.push(message);
        return answers[message];
      });
      return {sent, settledOn: protocol.message, answer};
    },
  };
};

test('1.0 is all that is sent where it is asked for', async () => {
  const {send} = negotiationWith({[v1]: response(415), [v2]: response(204, written)}, v1);
  for (let time = 0; time < 2; time += 1)
    expect(await send()).toEqual({sent: [v1], settledOn: v1, answer: response(415)});
});

test.each([
  ['a success with its counts', response(204, written)],
  ['a rejection with its counts', response(400, written)],
  ['another rejection', response(401)],
  ['a wait', response(429)],
  ['an error', response(503)],
  ['no answer', failed],
])('%s leaves it at 2.0', async (_, answer) => {
  const {send} = negotiationWith({[v1]: response(204), [v2]: answer});
  for (let time = 0; time < 2; time += 1) expect(await send()).toEqual({sent: [v2], settledOn: v2, answer});
});

test.each([
  ['415', response(415)],
  ['a success without counts', response(204)],
  ['a 400 without counts', response(400)],
])('%s is answered with 1.0, at once and for an hour', async (_, answer) => {
  const receiver = negotiationWith({[v1]: response(200), [v2]: answer});
  expect(await receiver.send()).toEqual({sent: [v2, v1], settledOn: v1, answer: response(200)});
  receiver.wait(59 * minuteMs);
  expect((await receiver.send()).sent).toEqual([v1]);
  receiver.wait(minuteMs);
  expect((await receiver.send()).sent).toEqual([v2, v1]);
  expect((await receiver.send()).sent).toEqual([v1]);
});

test('a receiver that has learnt 2.0 gets it again', async () => {
  const receiver = negotiationWith({[v1]: response(204), [v2]: response(415)});
  await receiver.send();
  receiver.answers[v2] = response(204, written);
  receiver.wait(60 * minuteMs);
  expect((await receiver.send()).settledOn).toBe(v2);
  expect((await receiver.send()).sent).toEqual([v2]);
});

test.each([
  ['415', response(415), [v1]],
  ['a success without counts', response(204), [v1]],
  ['a 400 without counts', response(400), [v2, v1]],
])('where 1.0 fails as well, %s decides what is sent next', async (_, answer, next) => {
  const {send} = negotiationWith({[v1]: failed, [v2]: answer});
  expect(await send()).toEqual({sent: [v2, v1], settledOn: v1, answer: failed});
  expect((await send()).sent).toEqual(next);
});
