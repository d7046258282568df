import type { IncomingMessage } from 'node:http';

import type { PageFiles } from './page-files.ts';
import { type Reply, textReply } from './reply.ts';

/** Addresses of the page's views; the page itself finds out which one is meant. */
const VIEW = /^\/(?:traces|map|logs|errors|metrics|(?:t|trace)\/\w*(?:\/\w*)?)?$/;
const ASSET = /^\/(?:assets\/[\w.-]+|[\w-]+\.(?:svg|md))$/;
const YEAR = 'public, max-age=31536000, immutable';
const NOT_BUILT = 'the page is not built here: run `npm run build` in packages/viewer; the API is at /api/traces';

/** Tells the paths that belong to the page. */
export function isPagePath(path: string): boolean {
  return VIEW.test(path) || ASSET.test(path);
}

/** Answers a request for the page: its one document for each of its views, and its files. */
export function pageReply({ headers }: IncomingMessage, path: string, files: PageFiles): Reply {
  const isView = VIEW.test(path);
  const file = files.get(isView ? '/index.html' : path);
  if (file === undefined) return textReply(isView ? NOT_BUILT : 'not found', 404);
  const { body, contentType, etag } = file;
  const caching = { etag, 'cache-control': path.startsWith('/assets/') ? YEAR : 'no-cache' };
  if (headers['if-none-match'] === etag) return { status: 304, contentType, body: '', headers: caching };
  return { status: 200, contentType, body, headers: caching };
}
