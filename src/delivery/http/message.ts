export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Where to, at the settings' server; their address when left out. */
  readonly url?: URL;
  /** Names in lower case. They outrank the settings' headers of the same names, and the login outranks both. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Where given, a success is to be read as a whole, as bytes: up to so many, decompressed. */
  readonly page?: {readonly maxBytes: number};
}

export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  /** Names in lower case. As they came: for the program, not for people. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 64 KiB as text; unless it is a success, without any secret that the request carried. */
  readonly body: string;
  /** The whole body of a success, where it was asked for. */
  readonly page?: Buffer;
  /** The header Location without them; absent where there is none. */
  readonly location?: string;
}

/** Why there is no response, in one line that holds no secret. */
export interface HttpFailure {
  readonly kind: 'failed';
  readonly cause: string;
}

/** What came of a request. */
export type HttpAnswer = HttpResponse | HttpFailure;

export interface HttpClient {
  /** Makes one request. Rejects only with the reason of an aborted `signal`. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** The bytes of all requests' bodies so far, those of redirected and repeated ones included. */
  sentBytes(): number;
  /** Ends whatever is open. */
  close(): Promise<void>;
}
