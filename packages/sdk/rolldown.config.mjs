import { fileURLToPath } from 'node:url';

import { defineConfig } from 'rolldown';

import { instrumentationParts, readEntry } from './scripts/instrumentation-parts.mjs';
import { thirdPartyNotices } from './scripts/third-party-notices.mjs';

// The preload as one file: reading and linking some 200 modules would cost more than running them. What keeps state
// that the application must share stays outside: the API, and the packages that hook `require` and `import`.
const BASE = '@opentelemetry/instrumentation';
const external = [/^node:/, '@opentelemetry/api', BASE, 'import-in-the-middle', 'require-in-the-middle'];

/**
 * Upstream has an `import * as api`, for which the bundle would see the API through an object of getters, each of which
 * looks its name up anew: some 100 ns for `ROOT_CONTEXT`, several times in each `context.active()`.
 */
const readApiDirectly = {
  name: 'read-api-directly',
  renderChunk: (code) => ({
    code: code.replace('_opentelemetry_api = __toESM(_opentelemetry_api, 1);', ''),
    map: null,
  }),
};

/**
 * Upstream imports whole builtins: to copy their properties reads those that Node makes when they are read, and what is needed
 * to find the id of a machine on another system would be loaded for all.
 */
const loadFewBuiltins = {
  name: 'load-few-builtins',
  renderChunk: (code) => ({
    code: code
      .replace(/^let child_process = require\("child_process"\);\nchild_process = __toESM\(.*\n/m, '')
      .replace('promisify(child_process.exec)', 'promisify(require("child_process").exec)')
      .replace(/^(util|os|process\$1) = __toESM\(\1, 1\);$/gm, ''),
    map: null,
  }),
};

/** Node reads a file of nothing but ASCII at one byte a character, three times as fast. */
const inAscii = {
  name: 'in-ascii',
  generateBundle(_options, files) {
    for (const file of Object.values(files))
      if (file.type === 'chunk') file.code = file.code.replace(NOT_ASCII, escaped);
  },
};

const NOT_ASCII = /[^\0-\x7f]/g; // in strings and regular expressions only, where an escape means the same
const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const notices = thirdPartyNotices('dist/THIRD-PARTY-NOTICES');

const bundle = (input, file) => ({
  input: `dist/${input}`,
  platform: 'node',
  external,
  plugins: [readApiDirectly, loadFewBuiltins, inAscii, notices],
  transform: {
    inject: { performance: [fileURLToPath(new URL('dist/otel/own-performance.js', import.meta.url)), 'performance'] },
  },
  // A quarter of it would be comments, which Node reads at every start. The names stay, for stack traces.
  output: { file: `dist/${file}`, format: 'cjs', codeSplitting: false, sourcemap: true, comments: false },
});

/** Our own instrumentations name the base by a module that looks for its CommonJS copy. */
const oneBase = {
  name: 'one-base',
  resolveId: (source) => (source.endsWith('/instrumentation-api.js') ? { id: BASE, external: true } : undefined),
};

/** Hooks of our own stand in for the packages that hook `require` and `import`. */
function ownHook(name) {
  return fileURLToPath(new URL(`dist/instrumenting/${name}-in-the-middle.js`, import.meta.url));
}

function instrumentation({ name, entry }) {
  const id = fileURLToPath(new URL(`dist/instrumenting/${name}.entry.js`, import.meta.url));
  const { plugins, output, ...others } = bundle('', `instrumentations/${name}.cjs`);
  return {
    ...others,
    input: id,
    plugins: [readEntry(id, entry), oneBase, ...plugins],
    // Without the text of the sources, which is twenty times as much: all of the semantic conventions for a few names.
    output: { ...output, sourcemapExcludeSources: true, paths: { [BASE]: '../instrumentation-api.cjs' } },
  };
}

export default defineConfig([
  // In place: a module without imports is the only kind that Node requires in every thread.
  {
    input: 'src/register.ts',
    platform: 'node',
    plugins: [notices],
    output: { file: 'dist/register.js', format: 'esm', sourcemap: true },
  },
  bundle('preload.js', 'preload.cjs'),
  // Parts that few applications need, each one file too.
  bundle('pipelines/trace-exporter.js', 'trace-exporter.cjs'),
  bundle('pipelines/sampling.js', 'sampling.cjs'),
  bundle('pipelines/upstream-tracer.js', 'upstream-tracer.cjs'),
  bundle('outbox/encoding/json-span-format.js', 'json-span-format.cjs'),
  // Started at the end of a process that waits for it: one file comes up soonest.
  bundle('outbox/last-delivery-thread.js', 'last-delivery-thread.cjs'),
  // The instrumentations, each one file with all it needs, above one file that they have in common.
  {
    ...bundle('instrumenting/instrumentation-api.js', 'instrumentation-api.cjs'),
    external: [/^node:/, '@opentelemetry/api'],
    resolve: { alias: { 'require-in-the-middle': ownHook('require'), 'import-in-the-middle': ownHook('import') } },
  },
  ...instrumentationParts().map(instrumentation),
]);
