import {readdirSync, readFileSync} from 'node:fs';
import {extname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {acceptsGzip, etagOf, hasAlready} from '../accept.ts';
import type {Route} from './route.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page is of this server alone: nothing from elsewhere runs in it, and it runs in nobody else's. */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
} as const;

const cacheControl = {
  /** Its name says what is in it. */
  asset: 'public, max-age=31536000, immutable',
  page: 'no-cache',
} as const;

interface Body {
  readonly bytes: Buffer;
  readonly etag: string;
}

const bodyOf = (bytes: Buffer): Body => ({
  bytes,
  etag: etagOf(bytes),
});

/** A file that is read when it is first asked for, and kept, as it is and compressed. */
const fileRoute = (file: string, path: string, about: string, caching: keyof typeof cacheControl): Route => {
  let kept: {readonly plain: Body; readonly gzip: Body} | undefined;
  const read = () => {
    const bytes = readFileSync(file);
    return {plain: bodyOf(bytes), gzip: bodyOf(gzipSync(bytes, {level: 9}))};
  };
  return {
    path,
    zone: 'page',
    about,
    answer: (reply, {headers}) => {
      kept ??= read();
      const gzip = acceptsGzip(headers['accept-encoding']);
      const {bytes, etag} = gzip ? kept.gzip : kept.plain;
      void reply.headers({
        ...securityHeaders,
        'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
        'cache-control': cacheControl[caching],
        vary: 'Accept-Encoding',
        etag,
      });
      if (gzip) void reply.header('content-encoding', 'gzip');
      if (!hasAlready(headers['if-none-match'], etag)) return bytes;
      void reply.code(304).send();
      return undefined;
    },
  };
};

const assetNames = (folder: string): readonly string[] => {
  try {
    return readdirSync(join(folder, 'assets'));
  } catch {
    return [];
  }
};

/** Where the build puts the page. */
const builtPage = fileURLToPath(new URL('../ui/', import.meta.url));

/** The routes of the web page and of its files; none where it has not been built, as when the sources themselves run. */
export const pageRoutes = (path: string, folder = builtPage): readonly Route[] => {
  const names = assetNames(folder);
  if (names.length === 0) return [];
  return [
    fileRoute(join(folder, 'index.html'), path, 'this page', 'page'),
    ...names.map((name) =>
      fileRoute(join(folder, 'assets', name), `/assets/${name}`, 'a part of it', 'asset'),
    ),
  ];
};
