import {layouts} from '../../reflector/protocol.ts';
import {EngineError} from '../engine.ts';
import {statusFailure} from '../native/failure.ts';
import type {ResponseHead} from '../native/response-reader.ts';
import {type ClientSettings, createSession, getText} from '../native/session.ts';
import {below, type LibrespeedServer, locate, withoutToken} from './server.ts';

export interface DiscoverySettings extends ClientSettings {
  /** How long one answer may take. */
  readonly timeoutMs: number;
}

/**
 * Finds the services of the server at a base URL: asks for `empty` in each place where backends keep it, and takes
 * the first that answers 200 with nothing. Rejects with an `EngineError`: of the network's kind at once, of the
 * status that says most when no place is the right one, and `bad-output` when every place shows a page.
 */
export const discoverServer = async (
  base: URL,
  settings: DiscoverySettings,
  signal: AbortSignal,
): Promise<LibrespeedServer> => {
  const what = `looking for a LibreSpeed server at ${withoutToken(base.href)}`;
  const session = createSession(base, {...settings, what}, signal);
  const refusals: ResponseHead[] = [];
  try {
    for (const layout of layouts) {
      const {head, text} = await getText(session, below(base, layout.empty));
      if (head.status !== 200) refusals.push(head);
      else if (text === '') return locate(base, layout);
    }
  } finally {
    session.close();
  }
  const telling = refusals.find(({status}) => status !== 404) ?? refusals[0];
  if (refusals.length < layouts.length || telling === undefined) {
    throw new EngineError('bad-output', `${what}: answered with a page where nothing was expected`);
  }
  throw statusFailure(what, telling);
};
