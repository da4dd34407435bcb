import {setImmediate as nextTurn} from 'node:timers/promises';
import {fastify} from 'fastify';
import {expect, onTestFinished, test, vi} from 'vitest';
import {ownMetricsRoute} from '../../../../src/server/routes/own-metrics.ts';

const contentType = 'text/plain; version=0.0.4';

/** Something to wait for, and what ends the wait. */
const createGate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {opened, open};
};

/** Asks a route for the text of a source so many times, in a turn of the event loop each. */
const askMany = async (ask: () => Promise<string>, times: number): Promise<Promise<string>[]> => {
  const answers: Promise<string>[] = [];
  while (answers.length < times) {
    answers.push(ask());
    await nextTurn();
  }
  return answers;
};

const serve = (render: () => Promise<string>, rest?: (ms: number) => Promise<void>) => {
  const app = fastify();
  onTestFinished(() => app.close());
  const {path, answer} = ownMetricsRoute('/metrics', {contentType, render}, rest);
  app.get(path, async (request, reply) => reply.send(await answer(reply, request)));
  return async (): Promise<string> => (await app.inject({path})).body;
};

test('who asks while a text is made, and in the rest after it, shares the next one', async () => {
  let made = 0;
  const gates = {text: createGate(), rest: createGate()};
  const ask = serve(
    async () => {
      made += 1;
      const number = made;
      if (number === 1) await gates.text.opened;
      return `text ${number}`;
    },
    () => gates.rest.opened,
  );
  const first = ask();
  await vi.waitFor(() => expect(made).toBe(1));
  const meanwhile = await askMany(ask, 20);
  gates.text.open();
  expect(await first).toBe('text 1');
  const resting = await askMany(ask, 20);
  expect(made).toBe(1);
  gates.rest.open();
  for (const answer of await Promise.all([...meanwhile, ...resting])) expect(answer).not.toBe('text 1');
  // The last may have come after the second was begun.
  expect(made).toBeLessThanOrEqual(3);
});

test.each([
  [0, 0],
  [20, 180],
  [111, 999],
  [400, 1000],
])('after a text that takes %i ms there is a rest of %i', async (tookMs, restMs) => {
  vi.useFakeTimers({toFake: ['performance']});
  onTestFinished(() => void vi.useRealTimers());
  const rest = vi.fn(async (_ms: number) => {});
  const ask = serve(async () => {
    await nextTurn();
    vi.advanceTimersByTime(tookMs);
    return 'text';
  }, rest);
  expect(await ask()).toBe('text');
  await vi.waitFor(() => expect(rest).toHaveBeenCalledExactlyOnceWith(restMs));
});

test('a client that goes is not waited with', async () => {
  const {path, answer} = ownMetricsRoute('/metrics', {
    contentType,
    render: () => createGate().opened.then(String),
  });
  const app = fastify({forceCloseConnections: true});
  onTestFinished(() => app.close());
  const asked = vi.fn();
  const settled = vi.fn();
  app.get(path, async (request, reply) => {
    asked();
    const text = await answer(reply, request);
    settled(text);
    return reply.send(text);
  });
  const url = await app.listen({host: '127.0.0.1', port: 0});
  const leaving = new AbortController();
  const response = fetch(`${url}${path}`, {signal: leaving.signal}).catch(() => 'left');
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  expect(settled).not.toHaveBeenCalled();
  leaving.abort();
  expect(await response).toBe('left');
  await vi.waitFor(() => expect(settled).toHaveBeenCalledWith(''));
});

test('after a failure, the next one is made', async () => {
  let made = 0;
  const ask = serve(async () => {
    made += 1;
    if (made === 1) throw new Error('no metrics');
    return 'text';
  });
  expect(await ask()).toContain('no metrics');
  expect(await ask()).toBe('text');
});
