import type {SecureVersion} from 'node:tls';
import type {Secret} from '../../secret.ts';

/** How to speak TLS with a server. Certificates and keys are PEM texts, those in files read again at each request. */
export interface TlsSettings {
  /** The authorities to trust in place of the system's. */
  readonly ca?: Secret;
  /** What to show a server that asks for it. */
  readonly client?: {readonly certificate: Secret; readonly key: Secret};
  /** The name that the server's certificate must have, where it isn't that of the URL. */
  readonly serverName?: string;
  /** Takes whatever certificate the server has. */
  readonly insecureSkipVerify?: boolean;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

/** Which proxy to go through. */
export type ProxySettings = {
  /** Sent to the proxy alone, when it is asked for a tunnel. */
  readonly connectHeaders: Readonly<Record<string, Secret>>;
} & (
  | {
      readonly kind: 'fixed';
      readonly url: URL;
      /** The hosts to reach without it, as in the variable NO_PROXY. */
      readonly noProxy: string;
    }
  /** What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say. */
  | {readonly kind: 'environment'}
);

/** OAuth 2.0's client credentials grant. */
export interface OAuth2Settings {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scopes: readonly string[];
  /** Further parameters of the token request; `grant_type` among them replaces `client_credentials`. */
  readonly endpointParams: Readonly<Record<string, Secret>>;
  /** How to reach the token endpoint. */
  readonly http: HttpSettings;
}

/** Amazon's Signature Version 4. What is left out comes from the environment or from the files in ~/.aws. */
export interface SigV4Settings {
  /** The name by which AWS knows the service, such as `aps`. */
  readonly service: string;
  readonly region?: string;
  readonly keys?: {readonly accessKey: string; readonly secretKey: Secret};
  readonly profile?: string;
}

/** How to log in. */
export type LoginSettings =
  | {readonly kind: 'basic'; readonly username: string | Secret; readonly password: Secret}
  /** The Authorization header: `type` is its scheme, such as Bearer. */
  | {readonly kind: 'authorization'; readonly type: string; readonly credentials: Secret}
  | ({readonly kind: 'oauth2'} & OAuth2Settings)
  | ({readonly kind: 'sigv4'} & SigV4Settings);

/** How to reach one destination. */
export interface HttpSettings {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | Secret>>;
  /** For one request as a whole: from connecting to the end of the answer. Each redirect is a request of its own. */
  readonly timeoutMs: number;
  /** Most requests under way at the same time; 1 when left out. */
  readonly connections?: number;
  /** Outranks a user in the URL. */
  readonly login?: LoginSettings;
  readonly tls?: TlsSettings;
  readonly proxy?: ProxySettings;
  /** Whether to go where an answer of 307 or 308 points. */
  readonly followRedirects?: boolean;
}
