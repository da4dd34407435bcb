import {z} from 'zod';
import type {LoginSettings} from '../../delivery/http/settings.ts';
import {Secret} from '../../secret.ts';
import {
  atMostOneSecret,
  httpUrl,
  nonEmpty,
  oneSecret,
  orNumber,
  refused,
  secretFile,
  secretText,
  withoutEffect,
} from '../fields.ts';
import {httpHeaders} from './headers.ts';
import {proxyKeys, toProxy} from './proxy.ts';
import {tlsConfig} from './tls.ts';

const basicAuth = z
  .strictObject({
    username: orNumber(z.string()).optional().describe('The name.'),
    username_file: secretFile.optional().describe('A file with the name.'),
    password: secretText.optional().describe('The password.'),
    password_file: secretFile.optional().describe('A file with the password.'),
  })
  .transform((given, context) => {
    const {username, username_file: usernameFile} = given;
    if ((username === undefined) === (usernameFile === undefined)) {
      context.addIssue({code: 'custom', message: 'exactly one of username and username_file'});
    }
    const password = atMostOneSecret('password', given.password, given.password_file, context);
    return {
      kind: 'basic' as const,
      username: usernameFile ?? username ?? '',
      password: password ?? Secret.of(''),
    };
  });

const authorization = z
  .strictObject({
    type: nonEmpty
      .refine(
        (type) => type.toLowerCase() !== 'basic',
        'another type than Basic, for which there is basic_auth',
      )
      .prefault('Bearer')
      .describe('What stands before the token.'),
    credentials: secretText.optional().describe('The token.'),
    credentials_file: secretFile.optional().describe('A file with the token.'),
  })
  .transform((given, context) => ({
    kind: 'authorization' as const,
    type: given.type,
    credentials: oneSecret('credentials', given.credentials, given.credentials_file, context),
  }));

const oauth2 = z
  .strictObject({
    client_id: nonEmpty.describe("The client's name."),
    client_secret: secretText.optional().describe('Its secret.'),
    client_secret_file: secretFile.optional().describe('A file with its secret.'),
    scopes: z.array(nonEmpty).default([]).describe('Scopes to ask for.'),
    token_url: httpUrl.describe('Where tokens are given out.'),
    endpoint_params: z
      .record(
        z.string(),
        orNumber(z.string()).transform((value) => Secret.of(value)),
      )
      .default({})
      .describe('More parameters of the request of a token.'),
    tls_config: tlsConfig.optional().describe('TLS of the connection to token_url.'),
    ...proxyKeys,
    http_headers: httpHeaders.default({}).describe('Headers of the requests to token_url.'),
  })
  .transform((given, context) => {
    const clientSecret = atMostOneSecret(
      'client_secret',
      given.client_secret,
      given.client_secret_file,
      context,
    );
    const proxy = toProxy(given, context);
    return {
      kind: 'oauth2' as const,
      clientId: given.client_id,
      clientSecret: clientSecret ?? Secret.of(''),
      scopes: given.scopes,
      endpointParams: given.endpoint_params,
      http: {
        url: given.token_url,
        headers: given.http_headers,
        followRedirects: true,
        ...(given.tls_config && {tls: given.tls_config}),
        ...(proxy && {proxy}),
      },
    };
  });

const sigv4 = z
  .strictObject({
    region: nonEmpty.optional().describe("The region; without it, that of AWS's own variables and files."),
    access_key: nonEmpty
      .optional()
      .describe("The key's id; without it, keys come from AWS's own variables and files."),
    secret_key: secretText.optional().describe('The secret key.'),
    profile: nonEmpty.optional().describe("The profile of AWS's own files."),
    role_arn: refused('not supported: give keys or a profile that may write by themselves'),
    use_fips_sts_endpoint: z.boolean().optional().describe(withoutEffect),
    service_name: nonEmpty.prefault('aps').describe('The service that is signed for.'),
  })
  .transform((given, context) => {
    const {region, access_key: accessKey, secret_key: secretKey, profile} = given;
    if ((accessKey === undefined) !== (secretKey === undefined)) {
      context.addIssue({code: 'custom', message: 'access_key and secret_key together, or neither'});
    }
    return {
      kind: 'sigv4' as const,
      service: given.service_name,
      ...(region !== undefined && {region}),
      ...(accessKey !== undefined && secretKey !== undefined && {keys: {accessKey, secretKey}}),
      ...(profile !== undefined && {profile}),
    };
  });

/** The keys that say how to log in. */
export const loginKeys = {
  basic_auth: basicAuth.optional().describe('Login by name and password.'),
  authorization: authorization.optional().describe('Login by the header Authorization.'),
  bearer_token: secretText.optional().describe('As authorization.credentials.'),
  bearer_token_file: secretFile.optional().describe('As authorization.credentials_file.'),
  oauth2: oauth2.optional().describe('Login by a token of OAuth 2.0, by client credentials.'),
  sigv4: sigv4.optional().describe("Requests signed by AWS' Signature Version 4."),
};

type Given = z.output<z.ZodObject<typeof loginKeys>>;

const bearer = (credentials: Secret | undefined) =>
  credentials && ({kind: 'authorization', type: 'Bearer', credentials} as const);

/** How to log in. What a request of a token may take is not said here. */
export type Login = Exclude<LoginSettings, {kind: 'oauth2'}> | z.output<typeof oauth2>;

/** The login that is given, of which there may be one; undefined where there is none. */
export const toLogin = (given: Given, context: z.RefinementCtx): Login | undefined => {
  const logins: Readonly<Record<string, Login | undefined>> = {
    basic_auth: given.basic_auth,
    authorization: given.authorization,
    bearer_token: bearer(given.bearer_token),
    bearer_token_file: bearer(given.bearer_token_file),
    oauth2: given.oauth2,
    sigv4: given.sigv4,
  };
  const [first, ...others] = Object.entries(logins).filter(([, login]) => login !== undefined);
  if (first === undefined) return undefined;
  const [name, login] = first;
  if (others.length > 0) {
    const names = [name, ...others.map(([other]) => other)].join(' and ');
    context.addIssue({code: 'custom', message: `at most one of ${names}`});
  }
  return login;
};
