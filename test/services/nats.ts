import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';
import { startService, type Service } from './service.ts';

/** A NATS server with JetStream. What is in streams on disk is kept over a restart; core NATS keeps nothing. */
export function startNats(): Promise<Service> {
  return startService('NATS', async (folder) => {
    const port = await freePort();
    const args = ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder];
    return {
      url: `nats://127.0.0.1:${port}`,
      start: () => startServer({ program: 'nats-server', args, cwd: folder, ready: /Server is ready/ }),
    };
  });
}
