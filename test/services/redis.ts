import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';
import { startService, type Service } from './service.ts';

/** A Redis; its URL is that of its database 0. */
export function startRedis(): Promise<Service> {
  return startService('REDIS', async (folder) => {
    const port = await freePort();
    // The append-only file keeps the data over a restart; nothing waits for the disk.
    const persistence = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no'];
    const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...persistence];
    return {
      url: `redis://127.0.0.1:${port}`,
      start: () => startServer({ program: 'redis-server', args, cwd: folder, ready: /ready to accept connections/i }),
    };
  });
}
