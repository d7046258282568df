import { existsSync } from 'node:fs';

import { expect, test, vi } from 'vitest';

import { freePort } from './free-port.ts';
import { startRedis } from './redis.ts';
import { startServer } from './server-process.ts';
import { startService } from './service.ts';

test('a service that the environment names is used as it is, and not ours to restart', async () => {
  vi.stubEnv('CLEW_TEST_REDIS_URL', 'redis://elsewhere:6379');

  await using redis = await startRedis();

  expect(redis).toMatchObject({ url: 'redis://elsewhere:6379', pid: undefined });
  await expect(redis.restart()).rejects.toThrow('CLEW_TEST_REDIS_URL');
  vi.unstubAllEnvs();
});

test('a server that ends before it is ready is an error with what it printed, and leaves no files', async () => {
  let home = '';
  const starting = startService('ELASTICMQ', async (folder) => {
    home = folder;
    const args = ['-e', 'console.error("the port is taken")'];
    return { url: '', start: () => startServer({ program: process.execPath, args, cwd: folder, ready: /never/ }) };
  });

  await expect(starting).rejects.toThrow(/did not start:\nthe port is taken/);
  expect(existsSync(home)).toBe(false);
});

test('a program that is not there is an error', async () => {
  const starting = startServer({ program: 'no-such-broker', args: [], cwd: '/', ready: /never/ });

  await expect(starting).rejects.toThrow('spawn no-such-broker ENOENT');
});

test('a free port is below those of outgoing connections', async () => {
  expect(await freePort()).toBeLessThan(32_768);
});
