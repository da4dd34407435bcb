/**
 * A target as a process of its own: a page of counters and gauges whose values change from scrape to scrape.
 * Arguments: its port and how many series the page has.
 */
import {createServer} from 'node:http';

const [port = '', size = ''] = process.argv.slice(2);
const series = Number(size);
const families = 100;

/** The page's lines up to their values: families of as many series each, told apart by two labels. */
const heads = Array.from({length: series}, (_, index) => {
  const family = Math.floor((index * families) / series);
  const isFirst = index === 0 || Math.floor(((index - 1) * families) / series) !== family;
  const name = family % 2 === 0 ? `requests_${family}_total` : `memory_${family}_bytes`;
  const type = family % 2 === 0 ? 'counter' : 'gauge';
  const comments = isFirst ? `# HELP ${name} What number ${family} counts.\n# TYPE ${name} ${type}\n` : '';
  return `${comments}${name}{path="/api/v1/items/${index}",code="${200 + (index % 5)}"} `;
});
let scrapes = 0;

const page = (): Buffer => {
  scrapes += 1;
  // A third of the values stay as they are, as they do in a real page.
  const lines = heads.map((head, index) =>
    index % 3 === 0 ? `${head}${index}\n` : `${head}${index * 1000 + scrapes * (index % 97)}\n`,
  );
  return Buffer.from(lines.join(''));
};

// Made ahead, so that whoever scrapes does not wait for it.
let next = page();
const server = createServer((_, response) => {
  response.writeHead(200, {'content-type': 'text/plain; version=0.0.4; charset=utf-8'}).end(next, () => {
    setImmediate(() => {
      next = page();
    });
  });
});
server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());
