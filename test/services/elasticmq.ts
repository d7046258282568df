import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { cachedInstall } from '../support/cached-install.ts';
import { freePort } from './free-port.ts';
import { mavenJars } from './maven-jars.ts';
import { startServer } from './server-process.ts';
import { serviceCache } from './service-cache.ts';
import { startService, type Service } from './service.ts';

const ARTIFACT = { groupId: 'org.elasticmq', artifactId: 'elasticmq-server_2.13', version: '1.7.1' };
const HEAP = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * ElasticMQ, a fake of SQS that keeps to its limits, that of ten message attributes too; `url` is the `endpoint` for
 * clients. It has no SNS, and a restart forgets everything.
 */
export function startElasticmq(): Promise<Service> {
  return startService('ELASTICMQ', async (folder) => {
    const installed = await elasticmqFolder();
    const port = await freePort();
    const config = join(folder, 'elasticmq.conf');
    writeFileSync(config, configuration(port));
    const args = [...HEAP, `-Dconfig.file=${config}`, '-cp', join(installed, 'lib/*'), 'org.elasticmq.server.Main'];
    return {
      url: `http://127.0.0.1:${port}`,
      start: () => startServer({ program: 'java', args, cwd: folder, ready: /ElasticMQ server .* started in/ }),
    };
  });
}

export function elasticmqFolder(): Promise<string> {
  const name = `elasticmq-${ARTIFACT.version}`;
  return cachedInstall(name, async (folder) => mavenJars(folder, [ARTIFACT]), serviceCache());
}

function configuration(port: number): string {
  return `
include classpath("application.conf")
rest-sqs { enabled = true, bind-hostname = "127.0.0.1", bind-port = ${port}, sqs-limits = strict }
rest-stats { enabled = false }
node-address { protocol = http, host = "127.0.0.1", port = ${port}, context-path = "" }
queues-storage { enabled = false }
`;
}
