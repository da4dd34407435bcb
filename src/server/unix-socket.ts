import {once} from 'node:events';
import {lstatSync, unlinkSync} from 'node:fs';
import {connect, type Server} from 'node:net';
import type {UnixListen} from './endpoint.ts';
import {backlog, ListenError} from './listen.ts';

/** Whether a socket's file is there on which nobody listens any more, as a process that was killed leaves it. */
const isStale = async (path: string): Promise<boolean> => {
  if (!lstatSync(path, {throwIfNoEntry: false})?.isSocket()) return false;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
};

const listenOnce = async (server: Server, {path, mode}: UnixListen): Promise<void> => {
  // The file is made by the call, with these permissions: set afterwards, others could open it in between.
  const umask = process.umask(0o777 & ~mode);
  try {
    server.listen({path, backlog});
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening');
};

/**
 * Starts listening on a Unix socket, whose file goes when the server closes. A file on which nobody listens is replaced;
 * one that is no socket, or on which someone does, rejects with a `ListenError` whose message ends in `setting`.
 */
export const startListeningOnSocket = async (
  server: Server,
  unix: UnixListen,
  setting: string,
): Promise<void> => {
  const fail = (cause: unknown): never => {
    throw new ListenError(`unix:${unix.path}`, setting, cause);
  };
  await listenOnce(server, unix).catch(async (error: unknown) => {
    const isInUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isInUse || !(await isStale(unix.path))) return fail(error);
    unlinkSync(unix.path);
    return listenOnce(server, unix).catch(fail);
  });
};
