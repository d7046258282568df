import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const PATIENCE_MILLIS = 10_000;

/** Asks a process to end and resolves when it has; one that does not listen is killed. */
export async function stopProcess(
  child: ChildProcess,
  signal: NodeJS.Signals,
  patienceMillis: number = PATIENCE_MILLIS,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  const impatience = setTimeout(() => child.kill('SIGKILL'), patienceMillis);
  await exit;
  clearTimeout(impatience);
}
