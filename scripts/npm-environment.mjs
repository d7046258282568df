import { delimiter } from 'node:path';

/**
 * The environment in which npm is the user's own. Inside an npm script `node` is this repository's, and an npm that runs
 * on it looks for its global configuration (proxies, certificates) beside that `node`, where there is none.
 */
export function npmEnvironment(env = process.env) {
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder));
  const others = Object.entries(env).filter(([name]) => !/^npm_/i.test(name));
  return { ...Object.fromEntries(others), PATH: path.join(delimiter) };
}
