// Loads the bundle where it can run. It is loaded itself by any Node from 18 on, and by threads in which an import of a
// builtin fails: nothing but our own files is imported.
import { isSupportedNode } from './supported-node.ts';

type Bundle = typeof import('./preload.ts');

/** The bundle, or why it cannot run here, as the beginning of a sentence. */
export type LoadedPreload = { readonly bundle: Bundle } | { readonly problem: string };

const API = '@opentelemetry/api';
const BUNDLE = './preload.cjs';

/** Loads the bundle of the preload. Never throws for what the application's surroundings lack. */
export function loadPreload(): LoadedPreload {
  if (!isSupportedNode(process.versions.node)) {
    return { problem: `Node ${process.versions.node} is too old (22.15 or later is needed)` };
  }
  const { createRequire } = process.getBuiltinModule('node:module');
  const require = createRequire(import.meta.url);
  if (!isThere(require, BUNDLE)) {
    const remedy = "keep it out of the bundle, for example by external: ['@clew/sdk']";
    return { problem: `@clew/sdk was bundled without its other files; ${remedy}` };
  }
  const problem = problemOfApi(require);
  return problem === undefined ? { bundle: require(BUNDLE) as Bundle } : { problem };
}

/** Not every package manager installs peers, and an application may have pinned an older one. */
function problemOfApi(require: NodeJS.Require): string | undefined {
  let api: Partial<typeof import('@opentelemetry/api')>;
  try {
    api = require(API) as typeof api; // without asking first where it is: each look-up takes a millisecond of the start
  } catch (error) {
    if (isThere(require, API)) throw error;
    return `${API} is missing; install it: npm install ${API}@1.10`;
  }
  if (api.SeverityNumber !== undefined) return undefined;
  return `${API} is too old (1.10 or later is needed); install it: npm install ${API}@1.10`;
}

function isThere(require: NodeJS.Require, specifier: string): boolean {
  try {
    require.resolve(specifier);
    return true;
  } catch {
    return false;
  }
}
