import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {awsIdentity} from '../../../../src/delivery/http/aws-credentials.ts';
import type {SigV4Settings} from '../../../../src/delivery/http/settings.ts';
import {Secret} from '../../../../src/secret.ts';
import {temporaryFolder} from '../../../fixtures/temporary-folder.ts';

const credentialsFile = `# keys
[default]
aws_access_key_id = of-default
aws_secret_access_key=secret
[ home ]
aws_access_key_id = of-home
aws_secret_access_key = a secret = with more
aws_session_token = token
; aws_session_token = none
[half]
aws_access_key_id = of-half
`;
const configFile = `[default]
region = eu-central-1
[profile home]
region = eu-west-1
s3 =
  region = nested
[profile complete]
aws_access_key_id = of-config
aws_secret_access_key = secret
`;

const identity = (settings: Partial<SigV4Settings>, env: Record<string, string> = {}) => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.aws'));
  writeFileSync(join(home, '.aws', 'credentials'), credentialsFile);
  writeFileSync(join(home, '.aws', 'config'), configFile);
  return awsIdentity({service: 'aps', ...settings}, {HOME: home, ...env});
};

const given = {accessKey: 'of-settings', secretKey: Secret.of('secret')};
const variables = {AWS_ACCESS_KEY_ID: 'of-variable', AWS_SECRET_ACCESS_KEY: 'secret'};

test.each<[string, Partial<SigV4Settings>, Record<string, string>, string, string]>([
  ['settings over all', {keys: given, region: 'x'}, variables, 'of-settings', 'x'],
  ['settings over a profile', {keys: given, profile: 'home'}, {}, 'of-settings', 'eu-west-1'],
  ['a profile of the settings over variables', {profile: 'home'}, variables, 'of-home', 'eu-west-1'],
  ['variables over a profile of theirs', {}, {...variables, AWS_PROFILE: 'home'}, 'of-variable', 'eu-west-1'],
  ['the profile of a variable', {}, {AWS_PROFILE: 'home'}, 'of-home', 'eu-west-1'],
  ['the default profile', {}, {}, 'of-default', 'eu-central-1'],
  ['a region of a variable', {}, {AWS_REGION: 'a', AWS_DEFAULT_REGION: 'b'}, 'of-default', 'a'],
  ['a region of the other variable', {}, {AWS_DEFAULT_REGION: 'b'}, 'of-default', 'b'],
  ['keys in the config file', {profile: 'complete', region: 'x'}, {}, 'of-config', 'x'],
])('%s', (_, settings, env, accessKeyId, region) => {
  expect(identity(settings, env)).toMatchObject({accessKeyId, region});
});

test('reads a whole section', () => {
  expect(identity({profile: 'home'})).toEqual({
    accessKeyId: 'of-home',
    secretAccessKey: 'a secret = with more',
    sessionToken: 'token',
    region: 'eu-west-1',
  });
});

test('takes other files by variable', () => {
  const file = join(temporaryFolder(), 'keys');
  writeFileSync(file, '[default]\r\naws_access_key_id = of-file\r\naws_secret_access_key = s\r\n');
  expect(
    identity({}, {AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: '/nowhere', AWS_REGION: 'x'}),
  ).toEqual({
    accessKeyId: 'of-file',
    secretAccessKey: 's',
    region: 'x',
  });
});

test.each<[Partial<SigV4Settings>, Record<string, string>, string]>([
  [{profile: 'half'}, variables, 'no AWS keys of the profile half in ~/.aws/credentials'],
  [{profile: 'none'}, {}, 'no AWS keys of the profile none in ~/.aws/credentials'],
  [
    {},
    {AWS_PROFILE: 'none', AWS_ACCESS_KEY_ID: 'alone'},
    'no AWS keys in sigv4, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or ~/.aws/credentials',
  ],
  [{profile: 'complete'}, {}, 'no AWS region in sigv4, AWS_REGION or ~/.aws/config'],
])('of %j with %j says what is missing', (settings, env, problem) => {
  expect(identity(settings, env)).toBe(problem);
});
