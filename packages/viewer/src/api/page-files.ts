import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page. */
interface PageFile {
  readonly body: Buffer;
  readonly contentType: string;
  readonly etag: string;
}

/** The page as it was built: its files by their path in a URL, such as `/assets/index-4f2a.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** From `dist/api/` and from `src/api/` alike. */
const FOLDER = fileURLToPath(new URL('../../dist/page/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.md': 'text/plain; charset=utf-8',
};

/**
 * Makes a reader of the built page, which reads its folder once: no name from a request ever reaches the file system. Before
 * the page is built there are no files, and the folder is looked at again next time.
 */
export function createPageFiles(folder: string = FOLDER): () => PageFiles {
  let files: PageFiles | undefined;
  return () => {
    if (files !== undefined) return files;
    if (!existsSync(join(folder, 'index.html'))) return new Map();
    files = new Map(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [`/${path.slice(folder.length).split(sep).join('/')}`, readFile(path)]),
    );
    return files;
  };
}

function readFile(path: string): PageFile {
  const body = readFileSync(path);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return { body, contentType: TYPES[extname(path)] ?? 'application/octet-stream', etag };
}
