import {type Endpoint, jsonEndpoint, ok} from './endpoint.ts';
import {none} from './parameters.ts';
import type {DestinationList} from './shapes.ts';

/** How far each destination has come. */
export const destinationsEndpoint = (destinations: () => DestinationList): Endpoint =>
  jsonEndpoint(
    '/api/v1/destinations',
    {
      summary: 'the destinations: what waits, the last failure, what was rejected',
      query: none,
      answers: {
        200: {schema: 'DestinationList', about: 'the destinations of the configuration'},
        400: {schema: 'Problem', about: 'a parameter was given'},
      },
    },
    () => ok(destinations()),
  );
