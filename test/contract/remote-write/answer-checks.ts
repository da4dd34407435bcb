import {expect} from 'vitest';
import type {ReceivedRequest, Respond} from '../http-server.ts';
import {type Decoded, decode, samplesOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {backoff, type Gauge, type Sending} from './sender.ts';
import {
  bothSenders,
  type Check,
  type Checks,
  type Subject,
  take,
  withSending,
  writtenHeader,
} from './subject.ts';
import {startMs} from './tour.ts';

const gauge = (value: number): readonly Gauge[] => [{name: 'a', labels: {}, value}];

const handOne = async (sending: Sending, value: number): Promise<void> => {
  await sending.hand(startMs + value * 1000, gauge(value));
  await sending.settled();
};

/** What a sender makes of a receiver. */
interface Told {
  readonly decoded: readonly Decoded[];
  readonly kinds: readonly string[];
  readonly causes: readonly string[];
}

/** Hands on one time after the other, and gives what was sent and what came of it. */
const told = (
  {sender, version}: Pick<Subject, 'sender' | 'version'>,
  times: number,
  respond: Respond,
): Promise<Told> => {
  return withSending(sender.start, {version, respond}, async (sending, {requests}) => {
    for (let time = 1; time <= times; time += 1) await handOne(sending, time);
    const outcomes = sending.attempts.map(({outcome}) => outcome);
    return {
      decoded: requests.map(decode),
      kinds: outcomes.map(({kind}) => kind),
      causes: outcomes.flatMap((outcome) => ('cause' in outcome ? [outcome.cause] : [])),
    };
  });
};

/** Answers in turn by these, and then takes everything. */
const inTurn = (...answers: readonly Respond[]): Respond => {
  const left = [...answers];
  return (response, request) => (left.shift() ?? take)(response, request);
};

const answer =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Respond =>
  (response) =>
    response.writeHead(status, headers).end(body);

const nothingWritten = {[writtenHeader]: '0'};
const sent = ({decoded}: Told): readonly string[] => samplesOf(decoded, 'a');
const at = (value: number): string => `${value}@${startMs + value * 1000}`;
const versions = ({decoded}: Told): readonly string[] => decoded.map(({version}) => version);

const retried = [500, 501, 502, 503, 504, 507, 599];
// Not 407: it is a proxy's, and the receiver has not seen the request.
const refused = [400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 417, 422, 431, 451];

/** Has a receiver speak 1.0 only, and give this answer to what is 2.0. */
const onlyV1 =
  (toV2: Respond): Respond =>
  (response, request: ReceivedRequest) =>
    (decode(request).version === '2.0' ? toV2 : take)(response, request);

const fallsBack =
  (toV2: Respond): Check =>
  async (subject) => {
    const result = await told(subject, 2, onlyV1(toV2));
    expect(versions(result)).toEqual(['2.0', '1.0', '1.0']);
    expect(sent(result)).toEqual([at(1), at(1), at(2)]);
    expect(result.kinds).toEqual(['accepted', 'accepted']);
  };

/** What a sender does by a receiver's answers. */
export const answerChecks = {
  successBody: bothSenders(async (subject) => {
    const body = '{"status":"error","error":"HTTP 503: out of order sample, retry later"}';
    const result = await told(subject, 1, answer(200, body, {[writtenHeader]: '99'}));
    expect(result.kinds).toEqual(['accepted']);
    expect(result.decoded).toHaveLength(1);
  }),
  errorWords: bothSenders(async (subject) => {
    const toBeTried = 'HTTP 400 "bad request": never send it again ∞';
    const toBeLeft = 'HTTP 503: come back in 5 s {series="a"}';
    const result = await told(
      subject,
      1,
      inTurn(answer(503, toBeTried), answer(422, toBeLeft, nothingWritten)),
    );
    expect(result.kinds).toEqual(['retry', 'rejected']);
    expect(result.causes).toEqual([
      `HTTP 503 Service Unavailable: ${toBeTried}`,
      `HTTP 422 Unprocessable Entity: ${toBeLeft}`,
    ]);
  }),
  retry5xx: bothSenders(async (subject) => {
    const result = await told(subject, 1, inTurn(...retried.map((status) => answer(status))));
    expect(result.kinds).toEqual([...retried.map(() => 'retry'), 'accepted']);
    const sentEachTime = result.decoded.map(({message}) => message.toString('hex'));
    expect(sentEachTime).toHaveLength(retried.length + 1);
    expect(new Set(sentEachTime).size).toBe(1);
  }),
  backoff: bothSenders(async ({sender, version}) => {
    const arrivedMs: number[] = [];
    const failing = inTurn(...Array.from({length: 5}, () => answer(503)));
    const respond: Respond = (response, request) => {
      arrivedMs.push(performance.now());
      return failing(response, request);
    };
    await withSending(sender.start, {version, respond}, async (sending) => {
      await handOne(sending, 1);
      const waits = sending.attempts.flatMap(({retryInMs}) => retryInMs ?? []);
      expect(waits).toEqual([2, 4, 8, 8, backoff.maxBackoffMs]);
      // A timer may be early by what a clock of whole milliseconds leaves out.
      waits.forEach((waitMs, index) => {
        expect((arrivedMs[index + 1] ?? 0) - (arrivedMs[index] ?? 0)).toBeGreaterThan(waitMs - 2);
      });
    });
  }),
  noRetry2xx: bothSenders(async (subject) => {
    const statuses = [200, 201, 202, 204, 206, 299];
    const result = await told(subject, statuses.length, inTurn(...statuses.map((status) => answer(status))));
    expect(sent(result)).toEqual(statuses.map((_, index) => at(index + 1)));
  }),
  noRetry4xx: bothSenders(async (subject) => {
    const statuses = subject.version === '1.0' ? [...refused, 415] : refused;
    const respond = inTurn(...statuses.map((status) => answer(status, 'no', nothingWritten)));
    const result = await told(subject, statuses.length + 1, respond);
    expect(result.kinds).toEqual([...statuses.map(() => 'rejected'), 'accepted']);
    expect(sent(result)).toEqual([...statuses, 204].map((_, index) => at(index + 1)));
  }),
  writtenIn1: bothSenders(async ({sender}) => {
    await withSending(sender.start, {version: '1.0', respond: answer(204)}, async (sending) => {
      await handOne(sending, 1);
      expect(sending.attempts.map(({outcome}) => outcome)).toEqual([{kind: 'accepted'}]);
    });
  }),
  misread: bothSenders(fallsBack(answer(204))),
  fallback: bothSenders(async (subject) => {
    const result = await told(subject, 2, onlyV1(answer(415)));
    expect(result.decoded.slice(1).map(({request: {headers}}) => headers)).toMatchObject(
      [1, 2].map(() => ({
        'content-type': 'application/x-protobuf',
        'x-prometheus-remote-write-version': '0.1.0',
      })),
    );
    await fallsBack(answer(415))(subject);
  }),
  unsupported: bothSenders(fallsBack(answer(400, 'proto: illegal wireType 7'))),
  versionOfAnswer: bothSenders(async ({sender}) => {
    for (const [version, other] of [
      ['1.0', '2.0.0'],
      ['2.0', '0.1.0'],
    ] as const) {
      const respond = answer(204, '', {'x-prometheus-remote-write-version': other, [writtenHeader]: '1'});
      expect(versions(await told({sender, version}, 2, respond))).toEqual([version, version]);
    }
  }),
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;
