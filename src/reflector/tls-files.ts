import {readFileSync} from 'node:fs';
import {createSecureContext, type Server} from 'node:tls';
import {StartError} from './start-error.ts';

/** Paths of a certificate, with its chain, and of its key, in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** What is in them. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reads both files. Throws a `StartError` that names them when they are not what TLS needs. */
export const readTlsFiles = ({cert, key}: TlsFiles): TlsPair => {
  try {
    const pair = {cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8')};
    createSecureContext(pair); // to see whether it can be made, and the key is the certificate's
    return pair;
  } catch (error) {
    throw new StartError(`the TLS files ${cert} and ${key} can't be used: ${reasonOf(error)}`, {
      cause: error,
    });
  }
};

/**
 * Reads the files again every `everyMs` and has `server` use them from the next connection on when they have changed
 * from `used`. While they can't be used, the ones before stay, and `onProblem` is told once in one line.
 * Gives the function that ends it.
 */
export const followTlsFiles = (
  server: Pick<Server, 'setSecureContext'>,
  files: TlsFiles,
  used: TlsPair,
  onProblem: (message: string) => void,
  everyMs: number,
): (() => void) => {
  let seen = used;
  let told = '';
  const look = (): void => {
    try {
      const now = readTlsFiles(files);
      told = '';
      if (now.cert === seen.cert && now.key === seen.key) return;
      server.setSecureContext(now);
      seen = now;
    } catch (error) {
      const problem = reasonOf(error);
      if (problem !== told) onProblem(problem);
      told = problem;
    }
  };
  const timer = setInterval(look, everyMs).unref();
  return () => clearInterval(timer);
};
