import {Ajv} from 'ajv';
import {describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';
import {configJsonSchema} from '../../../src/config/json-schema.ts';
import {bridgeConfigs, exampleUrl, readExample} from '../../fixtures/examples.ts';

const validate = new Ajv({allowUnionTypes: true, strictTuples: false}).compile(
  z.record(z.string(), z.unknown()).parse(configJsonSchema()),
);
const problems = (configuration: unknown): unknown => {
  validate(configuration);
  return validate.errors?.map(({instancePath, message}) => `${instancePath} ${message}`) ?? [];
};

const job = {schedule: '7 * * * *', engines: ['embedded']};

describe('the JSON Schema of the configuration', () => {
  it.each(bridgeConfigs)('takes examples/%s, which names it', (path) => {
    const text = readExample(path);
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    expect(new URL(schema, exampleUrl(path))).toEqual(exampleUrl('speedtest-bridge.schema.json'));
    expect(problems(parse(text))).toEqual([]);
  });

  it('takes numbers where the configuration takes them for texts', () => {
    const url = 'http://prometheus.example/api/v1/write';
    const remoteWrite = {url, repeat_interval: 0, basic_auth: {username: 12345, password_file: 'p'}};
    expect(problems({jobs: [{...job, name: 1}], remote_write: [remoteWrite]})).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{jobs: [job], webb: {}}, ' must NOT have additional properties'],
    [{jobs: [{...job, engines: ['warp']}]}, '/jobs/0/engines/0 must be equal to one of the allowed values'],
    [{jobs: [{engines: ['embedded']}]}, "/jobs/0 must have required property 'schedule'"],
    [{jobs: [{...job, run_at_start: 'yes'}]}, '/jobs/0/run_at_start must be boolean'],
    [{jobs: [job], remote_write: [{url: 5}]}, '/remote_write/0/url must be string'],
  ])('refuses %j', (configuration, problem) => {
    expect(problems(configuration)).toEqual([problem]);
  });
});
