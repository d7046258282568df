import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePort } from './free-port.ts';
import { startServer, type ServerCommand, type ServerProcess } from './server-process.ts';
import { startService, type Service } from './service.ts';

// On Debian the program on the PATH is a wrapper that becomes another user.
const DEBIAN = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const CONFIGURATION = `
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
`;

/** A RabbitMQ for the user `guest`. Durable queues and persistent messages are there after a restart. */
export function startRabbitmq(): Promise<Service> {
  return startService('RABBITMQ', async (folder) => {
    const [port, distributionPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
    await writeFile(join(folder, 'rabbitmq.conf'), CONFIGURATION);
    await writeFile(join(folder, 'enabled_plugins'), '[].');
    await mkdir(join(folder, 'home'));
    const epmd = epmdCommand(folder, epmdPort);
    const broker = brokerCommand(folder, { port, distributionPort, epmdPort });
    return { url: `amqp://guest:guest@127.0.0.1:${port}`, start: () => startBroker(epmd, broker) };
  });
}

async function startBroker(epmdCommand: ServerCommand, brokerCommand: ServerCommand): Promise<ServerProcess> {
  const epmd = await startServer(epmdCommand);
  const broker = await startServer(brokerCommand).catch(async (error: unknown) => {
    await epmd.stop();
    throw error;
  });
  return {
    pid: broker.pid,
    async stop() {
      await broker.stop();
      await epmd.stop();
    },
  };
}

/** The port mapper of Erlang. One that RabbitMQ starts itself becomes a daemon and outlives it. */
function epmdCommand(folder: string, port: number): ServerCommand {
  const args = ['-d', '-d', '-address', '127.0.0.1', '-port', String(port)]; // it tells only then that it is ready
  return { program: 'epmd', args, cwd: folder, ready: /entering the main select\(\) loop/ };
}

interface Ports {
  readonly port: number;
  readonly distributionPort: number;
  readonly epmdPort: number;
}

function brokerCommand(folder: string, { port, distributionPort, epmdPort }: Ports): ServerCommand {
  const env = {
    ...process.env,
    HOME: join(folder, 'home'), // the cookie is written there
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: `clew${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'rabbitmq.pid'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 2:2',
    RUNNING_UNDER_SYSTEMD: 'true', // the script then becomes the server, and its process is the one that is stopped
  };
  const program = existsSync(DEBIAN) ? DEBIAN : 'rabbitmq-server';
  return { program, args: [], cwd: folder, env, ready: /completed with \d+ plugins/ };
}
