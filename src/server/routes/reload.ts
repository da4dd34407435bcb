import {isCrossSite} from '../cross-site.ts';
import type {Route} from './route.ts';

/** What became of a wish to take up the configuration anew. Each text is one line. */
export type Reload =
  | {readonly kind: 'reloaded'}
  /** Nothing has changed: these things are wrong with it. */
  | {readonly kind: 'refused'; readonly problems: readonly string[]}
  /** Something went wrong on the way. */
  | {readonly kind: 'failed'; readonly problem: string};

const respond = (outcome: Reload): {readonly status: number; readonly text: string} => {
  switch (outcome.kind) {
    case 'reloaded':
      return {status: 200, text: 'configuration reloaded'};
    case 'refused':
      return {status: 400, text: outcome.problems.join('\n')};
    case 'failed':
      return {status: 500, text: outcome.problem};
    default:
      return outcome satisfies never;
  }
};

/** Takes up the configuration anew, and tells what came of it. */
export const reloadRoute = (path: string, reload: () => Promise<Reload>): Route => ({
  path,
  methods: ['POST'],
  zone: 'metrics',
  about: 'takes up the configuration file anew',
  answer: async (reply, {headers}) => {
    if (isCrossSite(headers)) {
      void reply.code(403);
      return 'forbidden: asked for by a page of another site\n';
    }
    const {status, text} = respond(await reload());
    void reply.code(status);
    return `${text}\n`;
  },
});
