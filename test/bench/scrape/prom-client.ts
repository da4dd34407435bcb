/**
 * prom-client's registry with the newest result's series, rendered for each scrape as its documentation has it. Argument:
 * port.
 */
import {createServer} from 'node:http';
import {Gauge, Registry} from 'prom-client';
import {newestSamples} from './result.ts';

const register = new Registry();
for (const {name, help, labels, value} of newestSamples()) {
  const gauge = new Gauge({name, help, labelNames: labels.map(([label]) => label), registers: [register]});
  gauge.set(Object.fromEntries(labels), value);
}

const server = createServer(async (_request, response) => {
  response.setHeader('content-type', register.contentType);
  response.end(await register.metrics());
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());
