import type {HttpRequest} from './message.ts';

/** What lets a request in, and what of it must not be repeated. */
export interface Credentials {
  readonly kind: 'credentials';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** A request on its way, with all its headers but those of the login. */
export type Outgoing = HttpRequest & {readonly url: URL};
