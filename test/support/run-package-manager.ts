import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { npmEnvironment } from '../../scripts/npm-environment.mjs';

const DEADLINE_MILLIS = 240_000; // the whole catalogue, from a far registry, takes less than half of it
const ATTEMPTS = 2;
const MAX_OUTPUT_BYTES = 16 * 2 ** 20;

/** How long `runPackageManager` may take, in milliseconds. */
export const INSTALL_MILLIS = ATTEMPTS * DEADLINE_MILLIS + 30_000;

/**
 * Runs a package manager's command in `folder`. One that hangs, as pnpm does where it trusts no certificate of the
 * registry, is killed and started anew, so that it costs minutes and not the whole run; what it says of a failure is in the error that is thrown.
 *
 * @param env variables beside those of this process
 */
export async function runPackageManager(
  folder: string,
  command: readonly [program: string, ...args: string[]],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const [program, ...args] = command;
  const options = { cwd: folder, env: { ...npmEnvironment(), ...env }, maxBuffer: MAX_OUTPUT_BYTES };
  const deadline = { timeout: DEADLINE_MILLIS, killSignal: 'SIGKILL' } as const;
  for (let attempt = 1; ; attempt++) {
    try {
      await promisify(execFile)(program, args, { ...options, ...deadline });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || !isKilled(error)) throw error;
      process.stderr.write(`clew repo: ${command.join(' ')} did not end and was killed, once more\n`);
    }
  }
}

function isKilled(error: unknown): boolean {
  return error instanceof Error && 'killed' in error && error.killed === true;
}
