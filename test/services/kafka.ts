import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { cachedInstall } from '../support/cached-install.ts';
import { freePort } from './free-port.ts';
import { mavenJars, type MavenArtifact } from './maven-jars.ts';
import { startServer, type ServerProcess } from './server-process.ts';
import { serviceCache } from './service-cache.ts';
import { startService, type Service } from './service.ts';

const VERSION = '4.3.1';
const ARTIFACTS: readonly MavenArtifact[] = [
  {
    groupId: 'org.apache.kafka',
    artifactId: 'kafka_2.13',
    version: VERSION,
    without: { groupId: 'org.apache.kafka', artifactId: 'kafka-tools-api' }, // some versions of it were not published
  },
  { groupId: 'org.apache.logging.log4j', artifactId: 'log4j-slf4j-impl', version: '2.25.4' },
];

const HEAP = ['-Xms96m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];
const LOGGING = `
status=error
appender.out.type=Console
appender.out.name=OUT
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ABSOLUTE} %p %c{1} %m%n
rootLogger.level=info
rootLogger.appenderRef.out.ref=OUT
`;
const CLASS_PATH = 'lib/*'; // the archive of classes holds for the class path as it was written
const ARCHIVE = 'kafka.jsa';
const FORMAT_MILLIS = 60_000;

/** One broker of Kafka, which is its own controller. Topics are made when they are first used. */
export function startKafka(): Promise<Service> {
  return startService('KAFKA', async (folder) => {
    const installed = await kafkaFolder();
    const ports = { port: await freePort(), controllerPort: await freePort() };
    cpSync(join(installed, 'formatted'), folder, { recursive: true });
    const properties = writeProperties(folder, ports);
    const start = () => runBroker(installed, properties, [`-XX:SharedArchiveFile=${ARCHIVE}`, '-Xshare:auto']);
    return { url: `kafka://127.0.0.1:${ports.port}`, start };
  });
}

/** Kafka, a formatted storage and an archive of its classes, which spare every start two seconds. */
export function kafkaFolder(): Promise<string> {
  return cachedInstall(`kafka-${VERSION}`, install, serviceCache());
}

async function install(folder: string): Promise<void> {
  mavenJars(folder, ARTIFACTS);
  writeFileSync(join(folder, 'log4j2.properties'), LOGGING);
  const ports = { port: await freePort(), controllerPort: await freePort() };
  const formatted = join(folder, 'formatted');
  mkdirSync(formatted);
  format(folder, writeProperties(formatted, ports));
  const trial = join(folder, 'trial');
  cpSync(formatted, trial, { recursive: true });
  const broker = await runBroker(folder, writeProperties(trial, ports), [`-XX:ArchiveClassesAtExit=${ARCHIVE}`]);
  await broker.stop();
  if (!existsSync(join(folder, ARCHIVE))) throw new Error('Kafka left no archive of its classes');
  rmSync(trial, { recursive: true });
}

function format(folder: string, properties: string): void {
  const args = ['kafka.tools.StorageTool', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qg', '-c', properties];
  const { status, stdout, stderr } = spawnSync('java', [...javaOptions(), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: FORMAT_MILLIS,
    killSignal: 'SIGKILL',
  });
  if (status !== 0) throw new Error(`the storage of Kafka could not be formatted: ${stdout}${stderr}`);
}

function runBroker(installed: string, properties: string, options: readonly string[]): Promise<ServerProcess> {
  const args = [...options, ...javaOptions(), 'kafka.Kafka', properties];
  return startServer({ program: 'java', args, cwd: installed, ready: /Kafka Server started/ });
}

function javaOptions(): readonly string[] {
  return [...HEAP, '-Dlog4j2.configurationFile=log4j2.properties', '-cp', CLASS_PATH];
}

interface Ports {
  readonly port: number;
  readonly controllerPort: number;
}

/** Writes the configuration of a broker whose files are in this folder, and returns its path. */
function writeProperties(folder: string, { port, controllerPort }: Ports): string {
  const path = join(folder, 'server.properties');
  // The voters are listed, so that no port is written into the formatted storage. One of everything, without waiting.
  const text = `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(folder, 'data')}
auto.create.topics.enable=true
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
group.consumer.min.heartbeat.interval.ms=200
group.consumer.heartbeat.interval.ms=200
group.share.min.heartbeat.interval.ms=200
group.share.heartbeat.interval.ms=200
num.network.threads=2
num.io.threads=2
background.threads=2
log.segment.bytes=16777216
`;
  writeFileSync(path, text);
  return path;
}
