export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Names in lower case. They outrank the settings' headers of the same names, and the login outranks both. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface HttpResponse {
  readonly kind: 'response';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 64 KiB as text. */
  readonly body: string;
}

/** Why there is no response, in one line. */
export interface HttpFailure {
  readonly kind: 'failed';
  readonly cause: string;
}

/** What came of a request. None of it holds a secret that the request carried. */
export type HttpAnswer = HttpResponse | HttpFailure;

export interface HttpClient {
  /** Makes one request. Rejects only with the reason of an aborted `signal`. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** The bytes of all requests' bodies so far, those of redirected and repeated ones included. */
  sentBytes(): number;
  /** Ends whatever is open. */
  close(): Promise<void>;
}
