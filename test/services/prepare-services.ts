import { serviceVariable } from '../../scripts/tools.mjs';
import { elasticmqFolder } from './elasticmq.ts';
import { kafkaFolder } from './kafka.ts';
import { missingFor } from './missing-for.ts';
import type { ServiceName } from './service.ts';
import { motoFolder } from './sqs.ts';

const INSTALLED: Partial<Record<ServiceName, () => Promise<string>>> = {
  KAFKA: kafkaFolder,
  SQS: motoFolder,
  ELASTICMQ: elasticmqFolder,
};

/** Downloads the servers that come from Maven and PyPI, so that no test waits for it. */
export async function prepareServices(): Promise<void> {
  for (const [name, install] of Object.entries(INSTALLED)) {
    const service = name as ServiceName;
    const isGiven = Boolean(process.env[serviceVariable(service)]);
    if (!isGiven && missingFor(service) === undefined) await install();
  }
}
