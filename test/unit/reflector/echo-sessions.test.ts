import {expect, it} from 'vitest';
import {createEchoSessions, echoLimits} from '../../../src/reflector/echo-sessions.ts';

const client = '192.0.2.7';

const open = (nowMs: () => number = () => 0) => {
  const sessions = createEchoSessions(nowMs);
  const id = sessions.open(client);
  if (id === undefined) throw new Error('no session');
  /** How many of so many datagrams that come now are sent back. */
  const admitted = (count: number): number =>
    Array.from({length: count}, () => sessions.admit(id, client)).filter(Boolean).length;
  return {sessions, id, admitted};
};

it('gives each session an id of its own, of 128 bits', () => {
  const sessions = createEchoSessions(() => 0);
  const ids = Array.from({length: 50}, (_, index) => sessions.open(`192.0.2.${index}`) ?? '');
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(ids).size).toBe(50);
});

it('admits a session from its address only', () => {
  const {sessions, id} = open();
  expect(sessions.admit(id, client)).toBe(true);
  expect(sessions.admit(id, '192.0.2.8')).toBe(false);
  expect(
    sessions.admit(
      id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      client,
    ),
  ).toBe(false);
  expect(sessions.admit('', client)).toBe(false);
});

it('bounds the datagrams a second, however they come', () => {
  let now = 0;
  const {admitted} = open(() => now);
  expect(admitted(1000)).toBe(echoLimits.perSecond);
  now += 500;
  expect(admitted(1000)).toBe(echoLimits.perSecond / 2);
  now += 10_000;
  expect(admitted(1000)).toBe(echoLimits.perSecond);
});

it('lets a steady stream at the rate that it promises through, with its jitter', () => {
  let now = 0;
  const {sessions, id} = open(() => now);
  for (let sent = 0; sent < echoLimits.count; sent += 1) {
    // Ten at a time, late by turns.
    now = Math.floor(sent / 10) * 10 * (1000 / echoLimits.perSecond) + (sent % 20 < 10 ? 0 : 40);
    expect(sessions.admit(id, client)).toBe(true);
  }
});

it('bounds the datagrams of a session, and its life', () => {
  let now = 0;
  const {admitted} = open(() => now);
  let total = 0;
  for (; now < echoLimits.lifetimeMs; now += 1000) total += admitted(1000);
  expect(total).toBe(echoLimits.count);

  now = 0;
  const late = open(() => now);
  now = echoLimits.lifetimeMs - 1;
  expect(late.admitted(1)).toBe(1);
  now += 1;
  expect(late.admitted(1)).toBe(0);
});

it('bounds the sessions of an address and of all, until they are over', () => {
  let now = 0;
  const sessions = createEchoSessions(() => now);
  const opened = (address: string): boolean => sessions.open(address) !== undefined;
  const {sessions: most, sessionsPerAddress} = echoLimits;
  for (let index = 0; index < sessionsPerAddress; index += 1) expect(opened(client)).toBe(true);
  expect(opened(client)).toBe(false);
  for (let index = sessionsPerAddress; index < most; index += 1) expect(opened(`10.0.0.${index}`)).toBe(true);
  expect(opened('10.1.0.0')).toBe(false);
  now += echoLimits.lifetimeMs;
  expect([opened(client), opened('10.1.0.0')]).toEqual([true, true]);
});
