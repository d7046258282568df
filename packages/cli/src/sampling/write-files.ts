import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is not there yet. */
export interface NamedFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Writes files into a folder over those that are there. The folder is made, what it is in is not.
 *
 * @returns what it failed with; never rejects
 */
export async function writeFiles(
  folder: string,
  files: readonly NamedFile[],
): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // `recursive` never ends where nothing can be made, as in /proc
    });
    for (const { name, text } of files) await writeFile(join(folder, name), text);
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
