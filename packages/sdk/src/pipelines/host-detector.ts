import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

import {
  hostDetector as upstreamDetector,
  type DetectedResource,
  type ResourceDetector,
} from '@opentelemetry/resources';
import { ATTR_HOST_ARCH, ATTR_HOST_ID, ATTR_HOST_NAME } from '@opentelemetry/semantic-conventions/incubating';

const HOST_ID_KEY = 'clew.host.id';
const LINUX_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/**
 * Detects name, architecture and id of the machine as OpenTelemetry's detector does, but reads the id without starting
 * anything that could outlive its thread: a worker that ends while a file is being read leaves the descriptor open.
 * Where the id takes a process to find out (macOS, Windows, BSD) the main thread does it for all.
 */
export const hostDetector: ResourceDetector = {
  detect() {
    if (process.platform !== 'linux' && isMainThread) return detectForAll();
    const id = process.platform === 'linux' ? readMachineId() : getEnvironmentData(HOST_ID_KEY);
    return { attributes: { ...nameAndArch(), ...(typeof id === 'string' && { [ATTR_HOST_ID]: id }) } };
  },
};

function detectForAll(): DetectedResource {
  const detected = upstreamDetector.detect();
  const id = detected.attributes?.[ATTR_HOST_ID];
  void Promise.resolve(id).then(
    (found) => typeof found === 'string' && setEnvironmentData(HOST_ID_KEY, found),
    () => {},
  );
  return detected;
}

function nameAndArch(): Record<string, string> {
  return { [ATTR_HOST_NAME]: hostname(), [ATTR_HOST_ARCH]: architecture() };
}

/** The names of the semantic conventions, where they differ from Node's. */
function architecture(): string {
  const names: Readonly<Record<string, string>> = { arm: 'arm32', ppc: 'ppc32', x64: 'amd64' };
  return names[process.arch] ?? process.arch;
}

function readMachineId(): string | undefined {
  for (const file of LINUX_FILES) {
    try {
      const id = readFileSync(file, 'utf8').trim();
      if (id !== '') return id;
    } catch {
      // Not there, or not allowed: the next one, or none.
    }
  }
  return undefined;
}
