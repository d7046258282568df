import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { ROOT } from './workspace.ts';

/** A folder of files that is there for one test. */
export interface Fixture extends Disposable {
  readonly path: string;
  /** Adds a file; folders are made as needed. */
  write(name: string, content: string): void;
}

/** Makes a temporary folder with these files, from which this repository's packages can be loaded. */
export function fixture(files: Readonly<Record<string, string>> = {}): Fixture {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'clew-test-')));
  symlinkSync(`${ROOT}node_modules`, join(path, 'node_modules'));
  const write = (name: string, content: string) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
