import {z} from 'zod';
import type {Content, Endpoint, Operation} from './endpoint.ts';
import {schemas} from './schemas.ts';

const jsonSchema = (schema: z.ZodType): Readonly<Record<string, unknown>> => {
  const {$schema: _, ...rest} = z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'});
  return rest;
};

const reference = (name: string) => ({$ref: `#/components/schemas/${name}`});

const parametersOf = (schema: z.ZodObject | undefined, place: 'query' | 'path') => {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, type]) => {
    const {description, ...rest} = jsonSchema(z.object({[name]: type}));
    void description;
    const {properties} = rest;
    const own: unknown =
      typeof properties === 'object' && properties !== null ? Object.values(properties)[0] : {};
    return {name, in: place, required: place === 'path', schema: own};
  });
};

const answerOf = (content: Content) => ({
  description: content.about,
  content: Object.fromEntries(
    'schema' in content
      ? [['application/json', {schema: reference(content.schema)}]]
      : content.mediaTypes.map((type) => [type, {schema: {type: 'string'}}]),
  ),
});

const forEveryone: Readonly<Record<number, Content>> = {
  403: {schema: 'Problem', about: 'the client is not admitted'},
  500: {schema: 'Problem', about: 'something failed inside; the log says more'},
};

const operationOf = ({summary, query, params, body, answers}: Operation) => ({
  summary,
  parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
  ...(body && {requestBody: {required: true, content: {'application/json': {schema: jsonSchema(body)}}}}),
  responses: Object.fromEntries(
    Object.entries({...forEveryone, ...answers}).map(([status, content]) => [status, answerOf(content)]),
  ),
});

/** The API's description in OpenAPI 3.1, made from the schemas by which requests are read. */
export const openApiDocument = (endpoints: readonly Endpoint[], version: string) => {
  const paths = endpoints.map(({path, operation}) => [
    path.replaceAll(/:(\w+)/g, '{$1}'),
    {[operation.method]: operationOf(operation)},
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'speedtest-bridge',
      version,
      description: 'Results of internet speed tests. Times are Unix milliseconds, rates bytes per second.',
    },
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)]),
      ),
    },
  };
};
