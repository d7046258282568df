import { dirname } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

import type { Attributes } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  osDetector,
  processDetector,
  resourceFromAttributes,
  type Resource,
  type ResourceDetector,
} from '@opentelemetry/resources';
import {
  ATTR_PROCESS_COMMAND_ARGS,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  ATTR_TELEMETRY_DISTRO_NAME,
  ATTR_TELEMETRY_DISTRO_VERSION,
} from '@opentelemetry/semantic-conventions/incubating';

import { catalogueRequire } from '../otel/catalogue.ts';
import { randomIds } from '../otel/random-ids.ts';
import type { DetectorName, ResolvedOptions } from '../options/options.ts';
import { redactArguments } from '../redaction/redact-arguments.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { hostDetector } from './host-detector.ts';
import { nearestPackage } from './service-name.ts';
import { VERSION } from '../otel/version.ts';

const INSTANCE_ID_KEY = 'clew.service.instance.id';

/** Detectors that only ask this process and this machine. */
const LOCAL_DETECTORS: Readonly<Partial<Record<DetectorName, ResourceDetector>>> = {
  host: hostDetector,
  os: osDetector,
  process: processDetector,
  serviceinstance: { detect: () => ({ attributes: { [ATTR_SERVICE_INSTANCE_ID]: serviceInstanceId() } }) },
};

/** Detectors that read the container's files or ask a cloud's metadata service: only when named. */
const REMOTE_DETECTORS: Readonly<Partial<Record<DetectorName, string>>> = {
  container: 'container',
  alibaba: 'alibaba-cloud',
  aws: 'aws',
  azure: 'azure',
  gcp: 'gcp',
};

/**
 * Describes this process to the backend. The later wins: OpenTelemetry's defaults, detectors, the application's
 * `package.json`, `resourceAttributes`, `serviceName`, `resource`.
 *
 * @param mainScript path of the script that Node runs, where there is one
 */
export function createResource(options: ResolvedOptions, mainScript: string | undefined, redactor: Redactor): Resource {
  const names = options.resourceDetectors;
  const { name, version } = nearestPackage(directoryOf(mainScript));
  const identity: Attributes = {
    [ATTR_TELEMETRY_DISTRO_NAME]: '@clew/sdk',
    [ATTR_TELEMETRY_DISTRO_VERSION]: VERSION,
    ...(name !== undefined && { [ATTR_SERVICE_NAME]: name }),
    ...(name !== undefined && version !== undefined && { [ATTR_SERVICE_VERSION]: version }),
  };
  const named: Attributes = {
    ...options.resourceAttributes,
    ...(options.serviceName !== undefined && { [ATTR_SERVICE_NAME]: options.serviceName }),
  };
  const detectors = (names.includes('none') ? [] : detectorsFor(names)).map((detector) =>
    detector === processDetector ? withPublicArguments(detector, redactor) : detector,
  );
  const detected = detectResources({ detectors });
  return defaultResource()
    .merge(detected)
    .merge(resourceFromAttributes(identity))
    .merge(resourceFromAttributes(named))
    .merge(options.resource ?? null);
}

/** The same detector, but the arguments of the process come without the secrets in them. */
function withPublicArguments(detector: ResourceDetector, redactor: Redactor): ResourceDetector {
  return {
    detect(config) {
      const found = detector.detect(config);
      const given = found.attributes?.[ATTR_PROCESS_COMMAND_ARGS];
      if (!Array.isArray(given)) return found;
      const redacted = redactArguments(given.map(String), redactor);
      return { ...found, attributes: { ...found.attributes, [ATTR_PROCESS_COMMAND_ARGS]: redacted } };
    },
  };
}

function detectorsFor(names: readonly DetectorName[]): ResourceDetector[] {
  const isNamed = (name: string) => names.includes(name as DetectorName) || names.includes('all');
  const local = Object.entries(LOCAL_DETECTORS).filter(([name]) => isNamed(name));
  const remote = Object.entries(REMOTE_DETECTORS).filter(([name]) => isNamed(name));
  return [...local.map(([, detector]) => detector), ...remote.flatMap(([, suffix]) => loadDetectors(suffix))];
}

function loadDetectors(suffix: string): ResourceDetector[] {
  const exports = catalogueRequire()(`@opentelemetry/resource-detector-${suffix}`) as Record<string, unknown>;
  return Object.values(exports).filter(isDetector);
}

const isDetector = (value: unknown): value is ResourceDetector =>
  typeof value === 'object' && value !== null && 'detect' in value;

/** One for the process: worker threads get the main thread's. */
function serviceInstanceId(): string {
  const known = getEnvironmentData(INSTANCE_ID_KEY);
  if (typeof known === 'string') return known;
  const id = uuidOf(randomIds().generateTraceId());
  setEnvironmentData(INSTANCE_ID_KEY, id);
  return id;
}

/** Where the application's `package.json` is looked for: not in that of a tool which runs it, as `next start` does. */
function directoryOf(mainScript: string | undefined): string {
  if (mainScript === undefined || mainScript.includes('/node_modules/')) return process.cwd();
  return dirname(mainScript);
}

/** A UUID of version 4 with the digits of a trace id. To load `node:crypto` for one takes longer than the rest of the resource. */
function uuidOf(id: string): string {
  const variant = '89ab'[Number.parseInt(id.charAt(16), 16) % 4];
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-${variant}${id.slice(17, 20)}-${id.slice(20)}`;
}
