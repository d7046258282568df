import { createRequire } from 'node:module';

import { LIBRARY_TABLE } from '../dist/instrumenting/library-table.js';
import { TARGETS } from '../dist/instrumenting/targets.generated.js';

const require = createRequire(import.meta.url);
const requireFromCatalogue = createRequire(require.resolve('@opentelemetry/auto-instrumentations-node'));

/** @typedef {{ name: string, entry: string }} Part a library's short name, and the text of a module that exports the class of its instrumentation */

/**
 * Lists the instrumentations that are loaded with their library: ours, and those of the catalogue for which we have none.
 *
 * @returns {Part[]}
 */
export function instrumentationParts() {
  const own = [];
  for (const row of LIBRARY_TABLE) if ('load' in row) row.load(noting(own));
  const replaced = new Set(LIBRARY_TABLE.flatMap(({ replaces = [] }) => replaces));
  const ofCatalogue = TARGETS.filter(({ name }) => !replaced.has(name)).map(({ name, packageName, className }) => {
    const file = requireFromCatalogue.resolve(packageName).replace(/\.cjs$/, '.mjs'); // which can be shaken
    return { name, entry: `export { ${className} } from ${JSON.stringify(file)};` };
  });
  return [...own, ...ofCatalogue];
}

/** Notes the parts that rows of the table ask for, and the class that they take. */
function noting(parts) {
  return (name) =>
    new Proxy(
      {},
      {
        get(_target, className) {
          parts.push({ name, entry: `export { ${String(className)} } from '@clew/instrumentations/${name}';` });
        },
      },
    );
}

/**
 * A plugin for rolldown that reads the text of an entry as a module.
 *
 * @param {string} id under which it is an input
 * @param {string} entry
 */
export function readEntry(id, entry) {
  return {
    name: 'read-entry',
    resolveId: (source) => (source === id ? id : undefined),
    load: (source) => (source === id ? entry : undefined),
  };
}
