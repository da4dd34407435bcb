import type {FailureClass} from '../../result.ts';
import {EngineError} from '../engine.ts';
import type {ResponseHead} from './response-reader.ts';

type Words = readonly [FailureClass, string];

const reset: Words = ['connection', 'connection closed by the server in the middle'];

/** What the codes of system calls, of the resolver and of TLS say. */
const wordsByCode: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['ENOTFOUND', ['dns', 'host name not found']],
  ['EAI_AGAIN', ['dns', 'the host name could not be looked up']],
  ['EAI_FAIL', ['dns', 'the host name could not be looked up']],
  ['ECONNREFUSED', ['connection', 'connection refused']],
  ['ECONNRESET', reset],
  ['ECONNABORTED', reset],
  ['EPIPE', reset],
  ['ETIMEDOUT', ['timeout', 'the host does not answer']],
  ['ENETUNREACH', ['no-network', 'network unreachable']],
  ['EHOSTUNREACH', ['no-network', 'host unreachable']],
  ['ENETDOWN', ['no-network', 'the network is down']],
  ['EADDRNOTAVAIL', ['no-network', 'no address of this family on this machine']],
  ['EPROTO', ['tls', 'the server does not speak TLS as it should']],
]);

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const wordsOf = (error: unknown): Words | undefined => {
  const code = codeOf(error) ?? '';
  // What is bound is a source address, never the server's.
  if (code === 'EADDRNOTAVAIL' && error instanceof Error && 'syscall' in error && error.syscall === 'bind')
    return ['no-network', 'this machine has no such source address'];
  return wordsByCode.get(code);
};

/** A host with several addresses fails with the errors of all: the one that says most about the server. */
const principal = (error: unknown): unknown => {
  if (!(error instanceof AggregateError)) return error;
  const errors: unknown[] = error.errors;
  return errors.find((each) => wordsOf(each)?.[0] !== 'no-network') ?? errors[0];
};

/** Whether an error, or its absence, is only the other side's end of the connection. */
export const isPeerEnd = (error: unknown): boolean => error === undefined || wordsOf(error) === reset;

/** The failure that a socket's error stands for; `undefined` for a socket that closed without one. */
export const connectionFailure = (what: string, error: unknown, secure: boolean): EngineError => {
  const cause = principal(error);
  const code = codeOf(cause);
  const [failureClass, words] =
    cause === undefined
      ? reset
      : (wordsOf(cause) ??
        (secure
          ? (['tls', `TLS failed (${code ?? String(cause)})`] as const)
          : (['connection', `connection failed (${code ?? String(cause)})`] as const)));
  return new EngineError(failureClass, `${what}: ${words}`, {cause: error});
};

const statusWords = ({status, headers}: ResponseHead): Words => {
  if (status >= 300 && status < 400) {
    const location = headers.get('location')?.slice(0, 200) ?? 'nowhere';
    return ['no-server', `redirected (${status}) to ${location}, and redirects are not followed`];
  }
  if (status === 401 || status === 403) return ['refused', `refused with status ${status}`];
  if (status === 429) {
    const after = headers.get('retry-after')?.slice(0, 40);
    return ['rate-limited', `rate limited (429${after === undefined ? '' : `, retry after ${after}`})`];
  }
  return ['no-server', `answered with status ${status}`];
};

/** The failure that an answer of any status but 200 stands for. */
export const statusFailure = (what: string, head: ResponseHead): EngineError => {
  const [failureClass, words] = statusWords(head);
  return new EngineError(failureClass, `${what}: ${words}`);
};

/** The failure of being told to stop: the signal's own where it has one to tell. */
export const abortFailure = (what: string, signal: AbortSignal): EngineError => {
  const reason: unknown = signal.reason;
  if (reason instanceof EngineError) return reason;
  const told = reason instanceof Error && reason.name !== 'AbortError' ? `: ${reason.message}` : '';
  return new EngineError('interrupted', `${what}: interrupted${told}`, {cause: reason});
};

/** The failure of silence: no answer, or no bytes, for as long as is tolerated. */
export const silenceFailure = (what: string, words: string, silenceMs: number): EngineError =>
  new EngineError('timeout', `${what}: ${words} for ${silenceMs / 1000} s`);
