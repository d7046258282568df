import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** Does some work and returns the lines that it wrote to stderr through `writeSync`, as our own lines are. */
export function stderrOf(work: () => unknown): string[] {
  const { writeSync } = fs;
  let written = '';
  fs.writeSync = ((_fd: number, text: string) => {
    written += text;
    return text.length;
  }) as typeof writeSync;
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  }
  return written.split('\n').filter((line) => line !== '');
}
