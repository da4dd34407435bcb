import type {FastifyReply} from 'fastify';
import type {z} from 'zod';
import type {Body, Method, Route, RouteRequest} from '../routes/route.ts';
import type {SchemaName} from './schemas.ts';
import type {Problem} from './shapes.ts';

/** What an answer holds: JSON of a shape, or text of a media type. */
export type Content =
  | {readonly schema: SchemaName; readonly about: string}
  | {readonly mediaTypes: readonly string[]; readonly about: string};

/** What the OpenAPI document says of an endpoint. */
export interface Operation {
  readonly method: 'get' | 'post';
  readonly summary: string;
  /** What the query may hold. */
  readonly query?: z.ZodObject;
  readonly params?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** The answers by status. Those that any request may get, such as 403, are not among them. */
  readonly answers: Readonly<Record<number, Content>>;
}

/** A route of the API, with its description. */
export interface Endpoint extends Route {
  readonly operation: Operation;
}

/** What an endpoint's handler gives: a status and what becomes its JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A value that was read from a request, or what is wrong with it in one line that names it. */
export type Read<T> = {readonly ok: true; readonly value: T} | {readonly ok: false; readonly problem: string};

export const ok = (body: unknown): JsonAnswer => ({status: 200, body});

export const refusal = (status: number, error: string): JsonAnswer => {
  const body: Problem = {error};
  return {status, body};
};

const describe = (issue: z.core.$ZodIssue): string => {
  const name = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${JSON.stringify(key)} is not known here`).join('; ');
  return name === '' ? issue.message : `${name}: ${issue.message}`;
};

/** Reads a value by a schema. */
export const readBy = <T>(schema: z.ZodType<T>, value: unknown): Read<T> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return {ok: true, value: parsed.data};
  return {ok: false, problem: parsed.error.issues.map(describe).join('; ')};
};

/** Reads a request's query. A parameter that is given twice is a problem, for it can't be told which one counts. */
export const readQuery = <T>(schema: z.ZodType<T>, url: string): Read<T> => {
  const [, ...rest] = url.split('?');
  const given = [...new URLSearchParams(rest.join('?'))];
  const names = given.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return {ok: false, problem: `${JSON.stringify(twice)} is given more than once`};
  return readBy(schema, Object.fromEntries(given));
};

/** The headers of every answer of the API. */
export const setHeaders = (reply: FastifyReply, contentType: string): void => {
  void reply.headers({
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
};

export const sendJson = (reply: FastifyReply, {status, body}: JsonAnswer): string => {
  setHeaders(reply, 'application/json; charset=utf-8');
  void reply.code(status);
  return JSON.stringify(body);
};

type Answer = (reply: FastifyReply, request: RouteRequest) => Body | Promise<Body>;

/** An endpoint as it is described, answered by `answer`. */
export const endpoint = (
  path: string,
  operation: Operation,
  answer: Answer,
  methods: readonly Method[] = operation.method === 'post' ? ['POST'] : ['GET', 'HEAD'],
): Endpoint => ({path, zone: 'page', about: operation.summary, methods, operation, answer});

/** An endpoint that answers GET with JSON and takes a query, which is read by its schema first. */
export const jsonEndpoint = <Query>(
  path: string,
  operation: Omit<Operation, 'method' | 'query'> & {readonly query: z.ZodObject & z.ZodType<Query>},
  handle: (query: Query, request: RouteRequest) => JsonAnswer,
): Endpoint =>
  endpoint(path, {...operation, method: 'get'}, (reply, request) => {
    const query = readQuery(operation.query, request.url);
    return sendJson(reply, query.ok ? handle(query.value, request) : refusal(400, query.problem));
  });
