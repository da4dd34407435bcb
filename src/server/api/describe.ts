import {type Endpoint, endpoint, setHeaders} from './endpoint.ts';

/** The API's own description. What makes it is loaded when it is first asked for. */
export const describeEndpoint = (endpoints: () => readonly Endpoint[], version: string): Endpoint => {
  let made: Promise<string> | undefined;
  const make = async (): Promise<string> => {
    const {openApiDocument} = await import('./openapi.ts');
    return JSON.stringify(openApiDocument(endpoints(), version));
  };
  return endpoint(
    '/api/v1/openapi.json',
    {
      method: 'get',
      summary: 'this API, described in OpenAPI 3.1',
      answers: {200: {mediaTypes: ['application/json'], about: 'the document'}},
    },
    (reply) => {
      setHeaders(reply, 'application/json; charset=utf-8');
      made ??= make();
      return made;
    },
  );
};
