import {Ajv2020} from 'ajv/dist/2020.js';
import {expect, it} from 'vitest';
import type {Progress} from '../../../../src/engine/engine.ts';
import {apiEndpoints} from '../../../../src/server/api/api.ts';
import type {Endpoint} from '../../../../src/server/api/endpoint.ts';
import type {JobList, ProgressEvent} from '../../../../src/server/api/shapes.ts';
import {completed, failed, skipped} from '../../../fixtures/results.ts';
import {ask} from '../http.ts';
import {jsonOf, openJournal, serve, sourcesFor} from './serving.ts';

const journalOfAll = () => {
  const journal = openJournal();
  journal.append(
    completed({healthy: false, fellBackFrom: [{engine: 'a', class: 'dns', reason: 'b', bytes: 1}]}),
  );
  journal.append(failed());
  journal.append(skipped({skip: {class: 'missed', reason: 'a', runs: 7}}));
  return journal;
};

const serveAll = async () => {
  const journal = journalOfAll();
  const newest = {id: 1, ...completed()};
  const jobs = (): JobList => ({
    jobs: [
      {
        name: 'wan',
        schedule: '7 * * * *',
        timezone: 'Europe/Berlin',
        engines: ['ookla'],
        thresholds: {pingMs: 50},
        nextRunAtMs: 1,
        running: false,
        newest,
        newestCompleted: newest,
      },
    ],
    startAllowed: true,
    metricsPath: '/prometheus',
  });
  const destinations = () => ({
    destinations: [
      {
        name: 'remote_write x',
        kind: 'remote-write' as const,
        lag: 1,
        failure: {cause: 'a', atMs: 1, nextTryMs: 2},
        rejected: 1,
        retrying: 0,
        rejections: [{resultId: 1, cause: 'old', atMs: 5}],
      },
    ],
  });
  const {url} = await serve(journal, {jobs, destinations, start: () => ({kind: 'started'})});
  const document = JSON.parse((await ask(`${url}/api/v1/openapi.json`)).body);
  const ajv = new Ajv2020({strict: false, allErrors: true});
  ajv.addSchema(document, 'api');
  /** What is wrong with an answer by the document. */
  const problemsOf = (path: string, method: string, status: number | undefined, value: unknown) => {
    const answers = document.paths[path]?.[method]?.responses ?? {};
    const content = answers[String(status)]?.content?.['application/json'];
    if (content === undefined) return `no answer ${status} of ${method} ${path}`;
    const pointer = [path, method, 'responses', String(status), 'content', 'application/json', 'schema']
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/');
    ajv.validate({$ref: `api#/paths/${pointer}`}, value);
    return ajv.errors;
  };
  const problemsOfEvent = (event: ProgressEvent) => {
    ajv.validate({$ref: 'api#/components/schemas/ProgressEvent'}, event);
    return ajv.errors;
  };
  return {url, document, problemsOf, problemsOfEvent};
};

it('names every route, and no other', async () => {
  const {document} = await serveAll();
  const inPlace = apiEndpoints(sourcesFor(openJournal())).map(
    ({path, operation}: Endpoint) => `${operation.method} ${path.replace(':id', '{id}')}`,
  );
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(Object(methods)).map((method) => `${method} ${path}`),
  );
  expect(described.sort()).toEqual(inPlace.sort());
  expect(document).toMatchObject({openapi: '3.1.0', info: {title: 'speedtest-bridge', version: '1.2.3'}});
});

it('has schemas that are valid, and none that no answer has', async () => {
  const {document} = await serveAll();
  const ajv = new Ajv2020({strict: false});
  ajv.addSchema(document, 'api');
  const text = JSON.stringify(document.paths);
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    expect(ajv.validateSchema(Object(schema))).toBe(true);
    if (name !== 'ProgressEvent') expect(text).toContain(`"#/components/schemas/${name}"`);
  }
  for (const methods of Object.values(document.paths)) {
    for (const {parameters, requestBody} of Object.values(Object(methods)) as {
      parameters: {name: string; in: string; schema: object}[];
      requestBody?: {content: {'application/json': {schema: object}}};
    }[]) {
      for (const {schema} of parameters) expect(ajv.validateSchema(schema)).toBe(true);
      if (requestBody) expect(ajv.validateSchema(requestBody.content['application/json'].schema)).toBe(true);
    }
  }
});

it.each([
  ['/api/v1/results', ''],
  ['/api/v1/results', '?limit=1'],
  ['/api/v1/results', '?limit=x'],
  ['/api/v1/results/{id}', '1'],
  ['/api/v1/results/{id}', '2'],
  ['/api/v1/results/{id}', '99'],
  ['/api/v1/results/{id}', 'x'],
  ['/api/v1/results/latest', ''],
  ['/api/speedtest/latest', ''],
  ['/api/v1/results/export', '?format=xml'],
  ['/api/v1/series', '?from=0'],
  ['/api/v1/series', '?from=1789990000000&to=1790009999999'],
  ['/api/v1/series', '?points=0'],
  ['/api/v1/statistics', '?from=0'],
  ['/api/v1/statistics', '?a'],
  ['/api/v1/jobs', ''],
  ['/api/v1/jobs', '?a=b'],
  ['/api/v1/destinations', ''],
])('%s%s answers as described', async (path, rest) => {
  const {url, problemsOf} = await serveAll();
  const answer = await ask(url + (path.endsWith('{id}') ? path.replace('{id}', rest) : path + rest));
  expect(problemsOf(path, 'get', answer.status, jsonOf(answer))).toBeNull();
});

it('a test that starts is answered as described, and one that does not', async () => {
  const {url, problemsOf} = await serveAll();
  const headers = {'content-type': 'application/json'};
  for (const body of ['{"job":"wan"}', '{}']) {
    const answer = await ask(`${url}/api/v1/tests`, {method: 'POST', headers, body});
    expect(problemsOf('/api/v1/tests', 'post', answer.status, jsonOf(answer))).toBeNull();
  }
});

const progressOf: Readonly<Record<Progress['phase'], Progress>> = {
  connect: {phase: 'connect', server: 'a.example'},
  ping: {phase: 'ping', latencyMs: 1.5, fraction: 0.5},
  download: {phase: 'download', bytesPerSecond: 1, bytes: 2, latencyMs: 3, fraction: 0.5},
  upload: {phase: 'upload', bytesPerSecond: 1, bytes: 2, fraction: 1},
  'packet-loss': {phase: 'packet-loss', sent: 10, received: 9, fraction: 0.1},
};

it.each(Object.values(progressOf))('describes the progress of phase $phase', async (progress) => {
  const {problemsOfEvent} = await serveAll();
  expect(problemsOfEvent({kind: 'progress', job: 'wan', progress})).toBe(null);
});
