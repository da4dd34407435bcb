import {unescape as percentDecode} from 'node:querystring';
import {Secret} from '../../secret.ts';
import {basic} from './basic.ts';
import type {Credentials, Outgoing} from './credentials.ts';
import type {HttpClient, HttpFailure} from './message.ts';
import {createTokens} from './oauth2.ts';
import type {HttpSettings} from './settings.ts';
import {signRequest} from './sigv4.ts';

export interface Login {
  /** Reads secrets afresh, so that one that was changed in its file is taken up; throws when a file can't be read. */
  credentialsFor(request: Outgoing, signal: AbortSignal): Promise<Credentials | HttpFailure>;
  /** Told that the credentials were refused. Gives whether others can be had for another attempt. */
  refused(): boolean;
  close(): Promise<void>;
}

const authorization = (scheme: string, credentials: string, secrets: readonly string[]): Credentials => ({
  kind: 'credentials',
  headers: {authorization: `${scheme} ${credentials}`},
  secrets: [credentials, ...secrets],
});

const basicCredentials = (username: string, password: string): Credentials =>
  authorization('Basic', basic(username, password), [password]);

const ofUrl = ({username, password}: URL): Credentials =>
  username === '' && password === ''
    ? {kind: 'credentials', headers: {}, secrets: []}
    : basicCredentials(percentDecode(username), percentDecode(password));

/** A login that takes nothing but what it holds. */
const immediate = (credentialsFor: (request: Outgoing) => Credentials | HttpFailure): Login => ({
  credentialsFor: async (request) => credentialsFor(request),
  refused: () => false,
  close: async () => undefined,
});

/** @param open makes the client that asks for tokens. */
export const createLogin = (
  {url, login}: HttpSettings,
  open: (settings: HttpSettings) => HttpClient,
): Login => {
  switch (login?.kind) {
    case undefined:
      return immediate(() => ofUrl(url));
    case 'basic':
      return immediate(() => {
        const {username, password} = login;
        return basicCredentials(username instanceof Secret ? username.reveal() : username, password.reveal());
      });
    case 'authorization':
      return immediate(() => authorization(login.type, login.credentials.reveal(), []));
    case 'sigv4':
      return immediate((request) => signRequest(request, login, Date.now()));
    case 'oauth2': {
      const tokens = createTokens(login, open(login.http), Date.now);
      return {
        credentialsFor: async (request, signal) => {
          const token = await tokens.current(request.headers['user-agent'], signal);
          return token.kind === 'failed' ? token : authorization(token.scheme, token.value, []);
        },
        refused: () => {
          tokens.forget();
          return true;
        },
        close: tokens.close,
      };
    }
    default:
      return login satisfies never;
  }
};
