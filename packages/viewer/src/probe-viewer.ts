import { VIEWER_NAME } from './receiver/create-receiver.ts';
import { cut, printableStart } from './terminal/printable.ts';

const TIMEOUT_MILLIS = 1000;
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_VERSION = 40; // columns

/**
 * Asks what listens at `url` whether it is a viewer of Clew. It may be anything, and is not trusted.
 *
 * @returns its version, printable, or `undefined` when it is something else or says nothing for a second; never rejects
 */
export async function probeViewer(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MILLIS), redirect: 'error' });
    const health = JSON.parse(await textOf(response)) as { name?: unknown; version?: unknown } | null;
    if (health?.name !== VIEWER_NAME || typeof health.version !== 'string') return undefined;
    return cut(printableStart(health.version), MAX_VERSION);
  } catch {
    return undefined;
  }
}

/** @throws when the answer is longer than that of a viewer could be */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
