import {gzipSync} from 'node:zlib';
import {encodeOpenMetrics, openMetricsContentType} from '../exposition/openmetrics.ts';
import {encodeText, textContentType} from '../exposition/text.ts';
import type {Sample} from '../metrics/sample.ts';
import {etagOf, type Format} from './accept.ts';

/** What is served of the newest results, in one format and one encoding. */
export interface Representation {
  /** Names and values in turn, as `writeHead` takes them: all that an answer of 200 has. */
  readonly headers: readonly string[];
  /** Of these, those that an answer of 304 has. */
  readonly validators: readonly string[];
  /** Each character is a byte. Node sends such a text in one piece with its headers, and a Buffer on its own. */
  readonly latin1: string;
  /** Strong: another one wherever a byte differs. */
  readonly etag: string;
}

/** The newest results, each representation made once, when it is first asked for. */
export type Document = (format: Format, gzip: boolean) => Representation;

const contentTypes: Readonly<Record<Format, string>> = {
  text: textContentType,
  openmetrics: openMetricsContentType,
};

// An empty answer or an error would make Prometheus report the target as down before the first test.
const noResultYet = '# no test result yet\n';

const encoders: Readonly<Record<Format, (samples: readonly Sample[]) => string>> = {
  text: (samples) => encodeText(samples) || noResultYet,
  openmetrics: encodeOpenMetrics,
};

export const createDocument = (samples: readonly Sample[]): Document => {
  const made = new Map<string, Representation>();
  return (format, gzip) => {
    const key = `${format} ${gzip}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const plain = Buffer.from(encoders[format](samples));
    const body = gzip ? gzipSync(plain) : plain;
    const etag = etagOf(body);
    const validators = ['etag', etag, 'vary', 'Accept, Accept-Encoding'];
    const encoding = gzip ? ['content-encoding', 'gzip'] : [];
    const content = ['content-type', contentTypes[format], 'content-length', String(body.length)];
    const representation: Representation = {
      headers: [...content, ...encoding, ...validators],
      validators,
      latin1: body.toString('latin1'),
      etag,
    };
    made.set(key, representation);
    return representation;
  };
};
