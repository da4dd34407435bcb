import {describe, expect, it} from 'vitest';
import {destinationState} from '../../src/destination-state.ts';
import {completed} from '../fixtures/results.ts';
import {open} from './journal/open.ts';

const sink = {name: 'mimir', sentBytes: () => 1234};

describe('how far a destination has come', () => {
  it('is what waits for it, since when, and what was sent', () => {
    const journal = open();
    journal.cursor('mimir');
    for (const endedAtMs of [1000, 2000]) journal.append(completed({endedAtMs}));
    expect(destinationState(sink, journal)).toEqual({
      lagResults: 2,
      oldestEndedAtMs: 1000,
      sentBytes: 1234,
    });
    journal.advance('mimir', 2);
    expect(destinationState(sink, journal)).toMatchObject({lagResults: 0, oldestEndedAtMs: undefined});
  });

  it('is known but for the time while what waits can not be read', () => {
    const unreadable = {
      cursor: () => 3,
      lastId: () => 5,
      after: () => {
        throw new Error("journal can't be read at present");
      },
    };
    expect(destinationState(sink, unreadable)).toEqual({
      lagResults: 2,
      oldestEndedAtMs: undefined,
      sentBytes: 1234,
    });
  });
});
