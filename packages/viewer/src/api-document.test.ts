import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { sendExample } from '../test/api-example.ts';
import { createApi } from './api/create-api.ts';
import { createTraceIndex } from './api/trace-index.ts';
import { TRACE_FILTERS } from './api/trace-filter.ts';
import { startViewer, type Viewer } from './start-viewer.ts';
import { createStore } from './store/create-store.ts';

const DOCUMENT = readFileSync(new URL('../API.md', import.meta.url), 'utf8');
const ADDRESS = 'http://127.0.0.1:4318';
const EXAMPLE =
  /```sh\ncurl -s (?:-X (\w+) )?'http:\/\/127\.0\.0\.1:4318([^']+)'\n```\n\n```(json|text)\n([^]*?)\n```/g;
const EXAMPLES = Array.from(DOCUMENT.matchAll(EXAMPLE), ([, method = 'GET', path = '', form = '', printed = '']) => ({
  method,
  path,
  form,
  printed,
}));

const store = createStore();
const { routes } = createApi({
  store,
  index: createTraceIndex(store),
  version: '',
  stats: () => ({}) as never,
  metrics: () => ({ metrics: [], omitted: 0 }),
  files: () => new Map(),
  closing: new AbortController().signal,
});

let viewer: Viewer;
beforeAll(async () => {
  viewer = await startViewer({ port: 0 });
  await sendExample(viewer);
});
afterAll(() => viewer.close());

// In the order of the document: the last one forgets everything.
test.each(EXAMPLES)('$method $path answers what API.md says', async ({ method, path, form, printed }) => {
  const response = await fetch(viewer.url + path, { method });
  const text = await response.text();

  if (form === 'text') expect(text.trimEnd()).toBe(printed);
  else expect(masked(text)).toEqual(masked(printed));
});

test('API.md has an example of nearly every endpoint', () => {
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(routes.length - 3); // a stream, and two that are files
});

test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s is described in API.md, with its parameters',
  (heading, { parameters }) => {
    const section = sectionOf(`## ${heading}`);

    const missing = parameters.filter((name) => {
      if (section.includes(`| \`${name}\` |`)) return false;
      if (TRACE_FILTERS.includes(name) && section.includes('[filters](#filters)')) return false;
      return !new RegExp(`Takes [^|]*\`${name}\``).test(section);
    });
    expect(missing).toEqual([]);
  },
);

test('each filter is described in API.md, and what is described is there', () => {
  const described = Array.from(sectionOf('## Filters').matchAll(/^\| `([^`]+)` \|/gm), ([, name]) => name);
  const headings = Array.from(DOCUMENT.matchAll(/^## ((?:GET|DELETE) .*)$/gm), ([, heading]) => heading);

  expect(described).toEqual(TRACE_FILTERS);
  expect(new Set(headings)).toEqual(new Set(routes.map(({ method, path }) => `${method} ${path}`)));
  expect(headings).toHaveLength(routes.length);
});

function sectionOf(heading: string): string {
  const start = DOCUMENT.indexOf(`${heading}\n`);
  if (start < 0) throw new Error(`API.md has no heading ${JSON.stringify(heading)}`);
  const end = DOCUMENT.indexOf('\n## ', start + 1);
  return DOCUMENT.slice(start, end < 0 ? undefined : end);
}

/** An answer without what differs from run to run. */
function masked(text: string): unknown {
  return JSON.parse(text.replaceAll(viewer.url, ADDRESS), (key, value: unknown) =>
    key === 'change' || key === 'bytes' || key === 'version' ? `(${key})` : value,
  );
}
