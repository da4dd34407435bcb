import {EngineError} from '../engine.ts';
import type {LibrespeedServer} from './server.ts';

/** Most servers that a failure lists. */
const mostListed = 20;

const describe = ({id, name}: LibrespeedServer): string =>
  [id, name && (id === undefined ? name : `(${name})`)].filter((part) => part !== undefined).join(' ');

/**
 * The server of a list that has this id, or else this name. Throws an `EngineError` of class `no-server` that lists
 * what there is.
 */
export const pinnedServer = (servers: readonly LibrespeedServer[], idOrName: string): LibrespeedServer => {
  const pinned = servers.find(({id}) => id === idOrName) ?? servers.find(({name}) => name === idOrName);
  if (pinned !== undefined) return pinned;
  const listed = servers.slice(0, mostListed).map(describe);
  const others = servers.length > mostListed ? `, and ${servers.length - mostListed} more` : '';
  throw new EngineError(
    'no-server',
    `the server list has no ${JSON.stringify(idOrName)}: it has ${listed.join(', ')}${others}`,
  );
};
