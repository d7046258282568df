import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { fixture, type Fixture } from './fixture.ts';

/** A fixture whose files load the libraries that are installed in `folder`, instead of this repository's. */
export function fixtureBeside(folder: string, files: Readonly<Record<string, string>>): Fixture {
  const made = fixture(files);
  rmSync(join(made.path, 'node_modules'));
  symlinkSync(join(folder, 'node_modules'), join(made.path, 'node_modules'));
  return made;
}
