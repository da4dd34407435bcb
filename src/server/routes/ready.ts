import type {Route} from './route.ts';

/** Answers 503 until `ready` says that everything is running. */
export const readyRoute = (path: string, ready: () => boolean): Route => ({
  path,
  zone: 'metrics',
  about: 'whether the process is ready: 200, or 503 while it starts or stops',
  answer: (reply) => {
    if (ready()) return 'ready\n';
    void reply.code(503);
    return 'not ready: the process is starting or stopping\n';
  },
});
