import aws4 from 'aws4';
import {awsIdentity} from './aws-credentials.ts';
import type {Credentials, Outgoing} from './credentials.ts';
import type {HttpFailure} from './message.ts';
import type {SigV4Settings} from './settings.ts';

/**
 * Signs a request with AWS' Signature Version 4:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @param nowMs the time of the signature, which AWS takes for five minutes.
 */
export const signRequest = (
  {url, method, headers, body}: Outgoing,
  settings: SigV4Settings,
  nowMs: number,
): Credentials | HttpFailure => {
  const identity = awsIdentity(settings);
  if (typeof identity === 'string') return {kind: 'failed', cause: identity};
  const date = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const {region, ...keys} = identity;
  const signed = aws4.sign(
    {
      service: settings.service,
      region,
      method,
      path: url.pathname + url.search,
      headers: {...headers, host: url.host, 'x-amz-date': date},
      ...(body !== undefined && {body: Buffer.from(body)}),
    },
    keys,
  );
  const all = Object.entries(signed.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  const {authorization = '', ...others}: Record<string, string> = Object.fromEntries(all);
  return {
    kind: 'credentials',
    headers: {...others, authorization},
    secrets: [authorization, identity.sessionToken ?? ''],
  };
};
