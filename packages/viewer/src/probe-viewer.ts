import { VIEWER_NAME } from './receiver/create-receiver.ts';

const TIMEOUT_MILLIS = 1000;

/**
 * Asks what listens at `url` whether it is a viewer of Clew.
 *
 * @returns its version, or `undefined` when it is something else or says nothing for a second; never rejects
 */
export async function probeViewer(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MILLIS), redirect: 'error' });
    const health = (await response.json()) as { name?: unknown; version?: unknown } | null;
    return health?.name === VIEWER_NAME ? String(health.version) : undefined;
  } catch {
    return undefined;
  }
}
