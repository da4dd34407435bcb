import {Agent, fetch, type Response} from 'undici';
import {z} from 'zod';
import {type Endpoint, formatEndpoint, localUrl} from '../server/endpoint.ts';
import {StatusError} from './status-error.ts';

const transfer = z.object({bytesPerSecond: z.number()}).optional();
const told = z.object({class: z.string(), reason: z.string()}).optional();

/** What is shown of a result, whichever kind it is. */
const result = z.object({
  status: z.string(),
  endedAtMs: z.number(),
  healthy: z.boolean().optional(),
  measurement: z
    .object({ping: z.object({latencyMs: z.number()}).optional(), download: transfer, upload: transfer})
    .optional(),
  failure: told,
  skip: told,
});

// A newer bridge may tell more than this.
const jobs = z.object({
  jobs: z.array(
    z.object({
      name: z.string(),
      running: z.boolean(),
      nextRunAtMs: z.number().optional(),
      newest: result.optional(),
    }),
  ),
});

const destinations = z.object({
  destinations: z.array(
    z.object({
      name: z.string(),
      lag: z.number(),
      waitingSinceMs: z.number().optional(),
      rejected: z.number(),
      failure: z.object({cause: z.string(), atMs: z.number()}).optional(),
    }),
  ),
});

export type ShownResult = z.output<typeof result>;
export type ShownJob = z.output<typeof jobs>['jobs'][number];
export type ShownDestination = z.output<typeof destinations>['destinations'][number];

/** What a bridge tells of itself: to be shown, and as it came. */
export interface BridgeStatus {
  readonly jobs: readonly ShownJob[];
  readonly destinations: readonly ShownDestination[];
  readonly raw: object;
}

const askForMs = 10_000;

/**
 * Where a bridge that listens so is asked on this machine: at its first address, or `unix:/PATH` where it has none.
 * @param isSecure whether it has a certificate.
 */
export const urlOfListen = (endpoints: readonly Endpoint[], isSecure: boolean): string => {
  const [url] = endpoints.flatMap((endpoint) => localUrl(endpoint, isSecure) ?? []);
  return url ?? endpoints.map(formatEndpoint)[0] ?? '';
};

const unixPrefix = 'unix:';

/** How the bridge at a URL, or behind a Unix socket, is asked for a path. */
const wayTo = (base: string, path: string): {readonly url: string; readonly dispatcher?: Agent} =>
  base.startsWith(unixPrefix)
    ? {
        url: `http://localhost${path}`,
        dispatcher: new Agent({connect: {socketPath: base.slice(unixPrefix.length)}}),
      }
    : {url: base + path};

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError) return causeOf(cause.errors[0]);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};

const errorIn = async (response: Response): Promise<string> => {
  const body = z.object({error: z.string()}).safeParse(await response.json().catch(() => undefined));
  return body.success ? body.data.error : `status ${response.status}`;
};

const ask = async <T>(
  base: string,
  path: string,
  schema: z.ZodType<T>,
  token: string | undefined,
  signal: AbortSignal,
): Promise<{readonly read: T; readonly raw: object}> => {
  const {url, ...way} = wayTo(base, path);
  const response = await fetch(url, {
    ...way,
    headers: token === undefined ? {} : {authorization: `Bearer ${token}`},
    signal: AbortSignal.any([signal, AbortSignal.timeout(askForMs)]),
  }).catch((error: unknown) => {
    throw new StatusError(`no bridge answers at ${base}: ${causeOf(error)} (web.listen, or --url)`);
  });
  if (response.status === 401)
    throw new StatusError(`${base} wants to know who asks: ${await errorIn(response)} (--token)`);
  if (response.status === 403) throw new StatusError(`${base} refuses: ${await errorIn(response)}`);
  if (!response.ok) throw new StatusError(`${base}${path} answers with an error: ${await errorIn(response)}`);
  const raw: unknown = await response.json().catch(() => undefined);
  const parsed = schema.safeParse(raw);
  if (!parsed.success || typeof raw !== 'object' || raw === null)
    throw new StatusError(`${base}${path} does not answer as a speedtest-bridge does`);
  return {read: parsed.data, raw};
};

/** Asks a bridge at a URL or `unix:/PATH` how it is. Rejects with a `StatusError`. */
export const askStatus = async (
  address: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<BridgeStatus> => {
  const base = address.replace(/\/+$/, '');
  const ofJobs = await ask(base, '/api/v1/jobs', jobs, token, signal);
  const ofDestinations = await ask(base, '/api/v1/destinations', destinations, token, signal);
  return {
    jobs: ofJobs.read.jobs,
    destinations: ofDestinations.read.destinations,
    raw: {...ofJobs.raw, ...ofDestinations.raw},
  };
};
