import { cpus } from 'node:os';

/** What a printed number belongs to: runtime, machine and date. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown CPU';
  return `Node ${process.versions.node}, ${cpus().length} × ${model}, ${new Date().toISOString().slice(0, 10)}`;
}
