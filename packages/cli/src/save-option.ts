import type { SaveFile } from '@clew/viewer';

import type { LineWriter } from './line-writer.ts';
import { printableError } from './printable-error.ts';
import { reasonOf } from './reason-of.ts';

/** File that `--save` names. */
export interface Saving {
  readonly file: SaveFile;
  /** Closes the file; returns one line about it. */
  end(): string;
}

/**
 * Opens the file of `--save`, which is empty then. What goes wrong with it later is a line, and harms nothing else.
 *
 * @throws an error that names the file, when it cannot be opened
 */
export async function openSaving(path: string, writer: LineWriter): Promise<Saving> {
  const { openSaveFile } = await import('@clew/viewer');
  const name = await printableError(path);
  let hasFailed = false;
  const onProblem = (problem: string) => {
    hasFailed = true;
    writer.write(`clew: ${name}: ${problem}`);
  };
  try {
    const file = openSaveFile(path, onProblem);
    return {
      file,
      end() {
        file.close();
        if (hasFailed) return `${name} is not complete`;
        return `saved in ${name}; clew view ${name} shows it again`;
      },
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `${name} cannot be written: ${code === 'ENOENT' ? 'no such folder' : reasonOf(error as NodeJS.ErrnoException)}`,
      {
        cause: error,
      },
    );
  }
}
