/**
 * Scrapes as fast as answers come, as a process of its own: HTTP/1.1 over raw sockets that are kept alive, one request
 * under way on each. Argument: how many connections. Asked by messages (messages.ts), it answers with what it saw.
 */
import {once} from 'node:events';
import {connect} from 'node:net';
import {type Load, loadRequest} from './messages.ts';

const connections = Number(process.argv[2]);

const bucketMicros = 5;
const buckets = 400_000; // two seconds

/** Times in microseconds, counted in steps of five. */
const createHistogram = () => {
  const counts = new Uint32Array(buckets);
  let total = 0;
  return {
    add: (micros: number): void => {
      const bucket = Math.min(buckets - 1, Math.floor(micros / bucketMicros));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      total += 1;
    },
    total: () => total,
    /** The upper end of the step in which the quantile is, in milliseconds. */
    quantileMs: (quantile: number): number => {
      let seen = 0;
      const bucket = counts.findIndex((count) => {
        seen += count;
        return seen >= quantile * total;
      });
      return ((bucket + 1) * bucketMicros) / 1000;
    },
  };
};

/** The length of an answer whose head is complete in `bytes`; undefined as long as it can't be told. */
const lengthOf = (bytes: Buffer): number | undefined => {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`answered ${head.split('\r\n')[0]}`);
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
  if (length !== undefined) return headEnd + 4 + Number(length);
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) throw new Error('an answer without a length');
  // There is one answer at a time, so nothing follows the last chunk.
  return bytes.toString('latin1', bytes.length - 5) === '0\r\n\r\n' ? bytes.length : undefined;
};

const request = ({port, path}: {readonly port: number; readonly path: string}): Buffer =>
  Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: Prometheus/3.5.0\r\n` +
      'Accept: text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n\r\n',
  );

/** Keeps one connection busy until `isOver`. */
const scrape = async (
  port: number,
  bytes: Buffer,
  isOver: () => boolean,
  onAnswer: (micros: number, bytes: number) => void,
): Promise<void> => {
  const answer = Buffer.allocUnsafe(1 << 20);
  let filled = 0;
  let length: number | undefined;
  let sentMs = 0;
  const send = (): void => {
    filled = 0;
    length = undefined;
    sentMs = performance.now();
    socket.write(bytes);
  };
  const callback = (count: number, part: Uint8Array): boolean => {
    answer.set(part.subarray(0, count), filled);
    filled += count;
    length ??= lengthOf(answer.subarray(0, filled));
    if (length === undefined || filled < length) return true;
    if (filled > length) throw new Error('more than was asked for');
    onAnswer((performance.now() - sentMs) * 1000, filled);
    if (isOver()) socket.end();
    else send();
    return true;
  };
  const socket = connect({port, host: '127.0.0.1', onread: {buffer: Buffer.alloc(1 << 16), callback}});
  await once(socket, 'connect');
  socket.setNoDelay();
  send();
  await once(socket, 'close');
};

const run = async (message: unknown): Promise<Load> => {
  const {seconds, requests, ...target} = loadRequest.parse(message);
  const bytes = request(target);
  const histogram = createHistogram();
  let received = 0;
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  const isOver = (): boolean =>
    performance.now() >= endMs || (requests !== undefined && histogram.total() >= requests);
  const onAnswer = (micros: number, length: number): void => {
    histogram.add(micros);
    received += length;
  };
  await Promise.all(Array.from({length: connections}, () => scrape(target.port, bytes, isOver, onAnswer)));
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  return {
    requests: histogram.total(),
    perSecond: histogram.total() / elapsedSeconds,
    bytes: received,
    p50Ms: histogram.quantileMs(0.5),
    p99Ms: histogram.quantileMs(0.99),
  };
};

process.on('message', (message) => {
  run(message).then(
    (load) => process.send?.(load),
    (error: unknown) => {
      process.stderr.write(`load: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
