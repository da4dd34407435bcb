import type {Route} from './route.ts';

/** Answers 200 for as long as the process can answer at all. */
export const healthyRoute = (path: string): Route => ({
  path,
  zone: 'metrics',
  about: 'whether the process is alive',
  answer: () => 'healthy\n',
});
