const SCRIPTS = /[\\/](?:npm-cli|npx-cli|yarn|yarnpkg|pnpm|pnpx|corepack|clew)(?:\.[cm]?js)?$/;
/** Links that npm puts on the path; an application may have a folder of that name, so where they lead decides. */
const LINKS = /[\\/](?:npm|npx)$/;

/**
 * Whether the script that Node runs is a package manager, or our own command: under `NODE_OPTIONS` they are preloaded
 * too, and nobody asked to see them.
 *
 * @param realPath where a link leads
 */
export function isUntracedTool(mainScript: string | undefined, realPath: (path: string) => string): boolean {
  if (mainScript === undefined) return false;
  return SCRIPTS.test(mainScript) || (LINKS.test(mainScript) && SCRIPTS.test(realPath(mainScript)));
}
