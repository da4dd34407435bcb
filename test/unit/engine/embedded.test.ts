import {expect, it} from 'vitest';
import {embeddedEngine} from '../../../src/engine/embedded.ts';
import {describeEngine} from '../../contract/engine.ts';
import {builtEntry} from '../reflector/built-entry.ts';

const never = new AbortController().signal;
/** Bytes end a transfer, and not the time that a busy machine takes for them; packet loss takes half of the time. */
const settings = {
  version: '1.2.3',
  durationMs: 1000,
  maxBytes: 1_000_000,
  connections: 2,
  pingCount: 3,
  reflectorEntry: builtEntry,
};

describeEngine('embedded', {
  working: async () => ({engine: embeddedEngine(settings)}),
  faults: {},
});

it('is honest about what it measured', async () => {
  const measurement = await embeddedEngine(settings)({onProgress: () => undefined}, never);
  expect(measurement.engine).toEqual({name: 'embedded', version: '1.2.3'});
  expect(measurement.server).toEqual({name: 'embedded reflector', host: '127.0.0.1'});
  expect(measurement).not.toHaveProperty('isp');
  expect(measurement.packetLossPercent).toBe(0);
});

it('says when its reflector does not start', async () => {
  const engine = embeddedEngine({...settings, reflectorEntry: new URL('nowhere.js', builtEntry)});
  await expect(engine({onProgress: () => undefined}, never)).rejects.toMatchObject({
    failureClass: 'internal',
    message: 'embedded reflector: the reflector process ended before it listened (code 1)',
  });
});
