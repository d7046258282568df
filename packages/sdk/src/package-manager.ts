const SCRIPTS = /[\\/](?:npm-cli|npx-cli|yarn|yarnpkg|pnpm|pnpx|corepack)(?:\.[cm]?js)?$/;

/** Whether the script that Node runs is a package manager: under `NODE_OPTIONS` it is preloaded too, for nothing. */
export function isPackageManager(mainScript: string | undefined): boolean {
  return mainScript !== undefined && SCRIPTS.test(mainScript);
}
