import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type Answers, completeAnswers, type Given, offeredEngines} from '../../../../src/cli/init/answers.ts';
import {configText} from '../../../../src/cli/init/config-text.ts';
import {loadConfig} from '../../../../src/config/load.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';

const nothing: Given = {
  engine: undefined,
  server: undefined,
  schedule: undefined,
  remoteWriteUrl: undefined,
  pushgatewayUrl: undefined,
  acceptLicense: false,
};

/** Someone who gives these answers, and notes what they were asked. */
const person = (...answers: string[]) => {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return answers.shift() ?? '';
  };
  return {asked, ask};
};

describe('answers', () => {
  it('are defaults where there is nobody to ask', async () => {
    expect(await completeAnswers(nothing, undefined, 7)).toEqual({
      engine: 'cloudflare',
      server: '',
      schedule: '7 * * * *',
      remoteWriteUrl: '',
      pushgatewayUrl: '',
    });
  });

  it('are asked for where flags do not give them, an unknown engine again', async () => {
    const {asked, ask} = person(
      'warp',
      'librespeed',
      'http://speed.example/',
      '',
      'http://mimir.example/push',
    );
    expect(await completeAnswers({...nothing, pushgatewayUrl: ''}, ask, 7)).toEqual({
      engine: 'librespeed',
      server: 'http://speed.example/',
      schedule: '7 * * * *',
      remoteWriteUrl: 'http://mimir.example/push',
      pushgatewayUrl: '',
    });
    expect(asked).toEqual([
      expect.stringMatching(/^Engine .* \[cloudflare\]$/),
      expect.stringMatching(/^Engine /),
      expect.stringMatching(/^Address of the LibreSpeed server/),
      'When to test, as a cron expression [7 * * * *]',
      'Remote-write address (Enter for none)',
    ]);
  });

  it.each<[string, Partial<Given>, RegExp]>([
    ['a server', {engine: 'librespeed'}, /^engine librespeed needs --server$/],
    ['a server', {engine: 'iperf3'}, /^engine iperf3 needs --server$/],
    ['the licence', {engine: 'ookla'}, /^engine ookla needs --accept-license/],
  ])('are refused without %s that is needed: %j', async (_, given, message) => {
    await expect(completeAnswers({...nothing, ...given}, undefined, 7)).rejects.toThrow(message);
    await expect(completeAnswers({...nothing, ...given}, person('').ask, 7)).rejects.toThrow(message);
  });

  it('accept the licence by a flag or by the word yes', async () => {
    const given = {...nothing, engine: 'ookla'} as const;
    expect((await completeAnswers({...given, acceptLicense: true}, undefined, 7)).engine).toBe('ookla');
    expect((await completeAnswers(given, person('yes').ask, 7)).engine).toBe('ookla');
  });
});

describe('the file', () => {
  const load = (answers: Answers) => {
    const file = join(temporaryFolder(), 'speedtest-bridge.yaml');
    writeFileSync(file, configText(answers));
    return loadConfig({file, flags: {}, env: {}});
  };

  it.each(offeredEngines)('is a configuration that tests with %s', (engine) => {
    const answers = {engine, server: 'http://speed.example/', schedule: '8 * * * *'};
    const {
      jobs,
      remote_write: written,
      pushgateway,
      warnings,
    } = load({
      ...answers,
      remoteWriteUrl: 'http://mimir.example/api/v1/push',
      pushgatewayUrl: 'http://pushgateway.example:9091',
    });
    expect(jobs.map((job) => [job.engines, job.schedule.expression])).toEqual([[[engine], '8 * * * *']]);
    expect([...written, ...pushgateway].map(({http}) => http.url.host)).toEqual([
      'mimir.example',
      'pushgateway.example:9091',
    ]);
    expect(warnings).toEqual([]);
    const alone = load({...answers, remoteWriteUrl: '', pushgatewayUrl: ''});
    expect([alone.remote_write, alone.pushgateway]).toEqual([[], []]);
  });
});
