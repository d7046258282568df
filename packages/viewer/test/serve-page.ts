import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { createAccess } from '../src/api/create-access.ts';
import { createFront } from '../src/api/create-front.ts';
import { createPageFiles } from '../src/api/page-files.ts';
import { createIntake } from '../src/receiver/create-intake.ts';
import { createReceiver } from '../src/receiver/create-receiver.ts';
import { createMetricStore } from '../src/store/create-metric-store.ts';
import { createStore, type Store } from '../src/store/create-store.ts';

/** A front of a viewer with a page of some files of our own. */
export interface ServedPage {
  readonly url: string;
  readonly store: Store;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A page as the build makes it. */
export const PAGE: Readonly<Record<string, string>> = {
  'index.html': `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Clew</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <script type="module" crossorigin src="/assets/index-4f2a.js"></script>
    <link rel="stylesheet" crossorigin href="/assets/index-77aa.css">
  </head>
  <body>
    <div id="page"></div>
  </body>
</html>
`,
  'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/index-4f2a.js': 'document.title = "$& </script><!-- " + /^<script>$/.test("<script>");\n',
  'assets/index-77aa.css': 'body { color: CanvasText } /* </style> */\n',
};

/** @param options `files` instead of a page as the build makes it; `isRemote` as if others than this machine might ask */
export async function servePage(
  options: { readonly files?: Readonly<Record<string, string>>; readonly isRemote?: boolean } = {},
): Promise<ServedPage> {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  for (const [name, content] of Object.entries(options.files ?? PAGE)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const store = createStore();
  const access = createAccess(undefined);
  const intake = createIntake({ store, metrics: createMetricStore() }, () => undefined);
  const version = '1.2.3';
  const closing = new AbortController();
  const front = createFront({
    store,
    version,
    access,
    receiver: createReceiver({ store, version, refusal: access.refusal, intake }),
    files: createPageFiles(`${folder}/`),
    isRemote: options.isRemote ?? false,
    facts: () => ({ http: '', maxSpans: 1, maxBytes: 1, metrics: 0 }),
    metrics: () => ({ metrics: [], omitted: 0 }),
    closing: closing.signal,
  });
  const server = createServer(front);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store,
    async [Symbol.asyncDispose]() {
      closing.abort();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}
