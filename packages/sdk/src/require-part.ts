import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Loads a part of this package that most applications never need, at the moment they do. The preload is one bundled
 * file; what is loaded so stays beside it as a file of its own.
 *
 * @param name of the compiled file, without its extension, from the root of the package's sources
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the file exports
export function requirePart<Exports>(name: string): Exports {
  return require(`./${name}.js`) as Exports;
}

/** Loads such a part that is bundled with all it needs, since many files would be slow to read. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the file exports
export function requireBundle<Exports>(name: string): Exports {
  return require(`./${name}.cjs`) as Exports;
}

/** The path of a compiled file that a thread of its own runs. */
export function partPath(file: string): string {
  return require.resolve(`./${file}`);
}
