const SCRIPTS = /[\\/](?:npm-cli|npx-cli|yarn|yarnpkg|pnpm|pnpx|corepack|clew)(?:\.[cm]?js)?$/;

/**
 * Whether the script that Node runs is a package manager, or our own command: under `NODE_OPTIONS` they are preloaded
 * too, and nobody asked to see them.
 */
export function isUntracedTool(mainScript: string | undefined): boolean {
  return mainScript !== undefined && SCRIPTS.test(mainScript);
}
