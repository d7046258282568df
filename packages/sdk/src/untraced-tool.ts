/** File names by which a tool may be meant, or a script or folder of the application. */
const SCRIPTS = /[\\/](?:npm-cli|npx-cli|yarn|yarn-\d[\w.-]{0,40}|yarnpkg|pnpm|pnpx|corepack|clew)(?:\.[cm]?js)?$/;
/** Links that npm puts on the path; an application may have a folder of that name, so where they lead decides. */
const LINKS = /[\\/](?:npm|npx)$/;
/** Names that no application gives its scripts. */
const NPM = /[\\/](?:npm|npx)-cli\.js$/;
/** Where a project and Corepack keep single files of a tool. */
const TOOL_FOLDERS = /[\\/](?:\.yarn[\\/]releases|corepack[\\/]v\d+)[\\/]/;
const TOOLS: ReadonlySet<unknown> = new Set([
  'npm',
  'yarn',
  '@yarnpkg/cli',
  '@yarnpkg/cli-dist',
  'pnpm',
  'corepack',
  '@clew/cli',
]);

/**
 * Whether the script that Node runs is a package manager, or our own command: under `NODE_OPTIONS` they are preloaded
 * too, and nobody asked to see them. A script of such a name is one if it belongs to the package of a tool.
 *
 * @param realPath where a link leads
 */
export function isUntracedTool(mainScript: string | undefined, realPath: (path: string) => string): boolean {
  if (mainScript === undefined || !(SCRIPTS.test(mainScript) || LINKS.test(mainScript))) return false;
  const path = realPath(mainScript);
  if (!SCRIPTS.test(mainScript) && !SCRIPTS.test(path)) return false;
  if (TOOL_FOLDERS.test(path)) return true;
  const { getBuiltinModule } = process as Partial<NodeJS.Process>; // an older Node than ours may lack it
  if (getBuiltinModule?.('node:fs').existsSync(path) !== true) return true; // no more is to be known than its name
  const owner = packageOf(path);
  return owner === undefined ? NPM.test(path) : TOOLS.has(owner);
}

/** The name in the nearest `package.json` that has one, from the path itself on: Node may be given a folder. */
function packageOf(path: string): unknown {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { dirname, join } = process.getBuiltinModule('node:path');
  for (let at = path; ; at = dirname(at)) {
    try {
      const { name } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { name?: unknown };
      if (name !== undefined) return name;
    } catch {
      // Not there, or not readable.
    }
    if (at === dirname(at)) return undefined;
  }
}
