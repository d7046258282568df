import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cachedInstall } from '../support/cached-install.ts';

const MODULE = 'github.com/jaegertracing/jaeger@v1.76.0'; // its cmd/jaeger is Jaeger v2
const BUILD_FLAGS = ['-buildvcs=false', '-trimpath', '-ldflags', '-s -w'];

const run = promisify(execFile);

/** Path of a Jaeger v2 binary. The first call builds it with the Go on the PATH (1.25 or later). */
export async function buildJaeger(): Promise<string> {
  const folder = await cachedInstall('jaeger-1.76.0', async (draft) => {
    const { stdout } = await run('go', ['mod', 'download', '-json', MODULE]);
    const { Dir } = JSON.parse(stdout) as { Dir: string };
    // Its go.mod has replace directives, which `go install` refuses: build within a copy, with its own go.sum.
    const source = join(draft, 'source');
    await cp(Dir, source, { recursive: true });
    await run('chmod', ['-R', 'u+w', source]); // the module cache is read-only
    process.stderr.write(`clew repo: building ${MODULE}; this takes some minutes\n`);
    await run('go', ['build', ...BUILD_FLAGS, '-o', join(draft, 'jaeger'), './cmd/jaeger'], { cwd: source });
    await run('rm', ['-r', source]);
  });
  return join(folder, 'jaeger');
}
