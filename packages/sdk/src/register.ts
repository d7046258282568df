// The preload: `node --import @clew/sdk/register app.js`. It runs on any Node, if only to say that it is too old.
//
// Built into one file without imports: with `--require`, Node loads it in the threads that run the hooks of
// `module.register()` as well, where an import fails, and with it every import of the application.
import { loadPreload } from './load-preload.ts';
import { noteForRun } from './note-for-run.ts';
import { isUntracedTool } from './untraced-tool.ts';

if (!isHooksThread()) {
  if (isUntracedTool(process.argv[1], realPath)) noteForRun(process.env, () => ({ event: 'tool' }));
  else preload();
}

function preload(): void {
  const loaded = loadPreload();
  if ('bundle' in loaded) return loaded.bundle.preload();
  process.stderr.write(`clew: ${loaded.problem}; nothing is traced\n`);
  noteForRun(process.env, () => ({ event: 'failed' }));
}

function realPath(path: string): string {
  const { getBuiltinModule } = process as Partial<NodeJS.Process>;
  try {
    return getBuiltinModule?.('node:fs').realpathSync(path) ?? path;
  } catch {
    return path;
  }
}

function isHooksThread(): boolean {
  const { getBuiltinModule } = process as Partial<NodeJS.Process>; // an older Node than ours may lack it
  return getBuiltinModule?.('node:worker_threads').isInternalThread ?? false;
}
