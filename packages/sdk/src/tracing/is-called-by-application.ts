import { getCallSites } from 'node:util';

/** Installed packages; and where this one is not installed but linked, its bundles of the instrumentations of others. */
const PACKAGES = /[\\/](?:node_modules|sdk[\\/]dist[\\/]instrumentations)[\\/]/;

/** Frames to look at: ours, and those of Node between us and the caller. */
const DEPTH = 20;

/**
 * Tells a call that the application made from one that a package made for it, by the first frame outside of our own three
 * files: this one, the one that asks, and that of the method which was called. Takes some microseconds: for what has gone wrong already, and never for each span.
 */
export function isCalledByApplication(): boolean {
  const [here, asking, called, ...frames] = getCallSites(DEPTH).map(({ scriptName }) => scriptName);
  const isBetween = (script: string) =>
    script === here || script === asking || script === called || script === '' || script.startsWith('node:');
  const caller = frames.find((script) => !isBetween(script));
  return caller !== undefined && !PACKAGES.test(caller);
}
